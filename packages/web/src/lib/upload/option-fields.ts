/** One option of a model as a form shows it. */
export type OptionField = { name: string; label: string; help: string | undefined } & (
  | { kind: 'choice'; choices: string[]; initial: string }
  | {
      kind: 'number';
      min: number | undefined;
      max: number | undefined;
      step: number | 'any';
      initial: number | undefined;
    }
  | { kind: 'switch'; initial: boolean }
  | { kind: 'text'; initial: string }
);

/** The fields of a form for what a model's JSON Schema describes; what no form can show is left to its default. */
export function optionFields(schema: Readonly<Record<string, unknown>>): OptionField[] {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties).flatMap(([name, property]) => {
    const field = isRecord(property) ? fieldOf(name, property) : undefined;
    return field ? [field] : [];
  });
}

/** What differs from the defaults: only that is sent, so that a server may change its defaults. */
export function chosenOptions(
  fields: readonly OptionField[],
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const changed = fields.filter(({ name, initial }) => {
    const value = values[name];
    return value !== undefined && value !== null && value !== '' && value !== initial;
  });
  return Object.fromEntries(changed.map(({ name }) => [name, values[name]]));
}

function fieldOf(name: string, property: Record<string, unknown>): OptionField | undefined {
  const { type, title, description, enum: choices, default: initial } = property;
  const field = {
    name,
    label: typeof title === 'string' ? title : labelOf(name),
    help: typeof description === 'string' ? description : undefined,
  };
  if (Array.isArray(choices)) {
    const texts = choices.filter((choice) => typeof choice === 'string');
    const [first] = texts;
    if (first === undefined) return undefined;
    return { ...field, kind: 'choice', choices: texts, initial: typeof initial === 'string' ? initial : first };
  }
  if (type === 'boolean') return { ...field, kind: 'switch', initial: initial === true };
  if (type === 'string') return { ...field, kind: 'text', initial: typeof initial === 'string' ? initial : '' };
  if (type !== 'number' && type !== 'integer') return undefined;
  const min = numberOf(property['minimum']);
  const max = numberOf(property['maximum']);
  const step = type === 'integer' ? 1 : min !== undefined && max !== undefined ? (max - min) / 20 : 'any';
  return { ...field, kind: 'number', min, max, step, initial: numberOf(initial) };
}

function labelOf(name: string): string {
  const words = name
    .replaceAll(/[_-]+/g, ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
