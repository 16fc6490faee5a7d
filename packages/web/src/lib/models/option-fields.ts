/** One option of a model, as a form field. */
export type OptionField = { name: string; label: string; help: string | undefined } & (
  | { kind: 'choice'; choices: (string | number)[]; initial: string | number | undefined }
  | {
      kind: 'number';
      min: number | undefined;
      max: number | undefined;
      step: number | 'any';
      initial: number | undefined;
    }
  | { kind: 'switch'; initial: boolean }
  | { kind: 'text'; maxLength: number | undefined; initial: string }
);

/** The form fields for a model's JSON Schema; what no form can show keeps its default. */
export function optionFields(schema: Readonly<Record<string, unknown>>): OptionField[] {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties).flatMap(([name, property]) => {
    const field = isRecord(property) ? fieldOf(name, property) : undefined;
    return field ? [field] : [];
  });
}

/** What differs from the defaults: only that is sent, so that the server may change its defaults. */
export function chosenOptions(
  fields: readonly OptionField[],
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const changed = fields.filter((field) => {
    const value = values[field.name];
    if (field.kind === 'choice' && !field.choices.some((choice) => choice === value)) return false;
    return value !== undefined && value !== null && value !== '' && value !== field.initial;
  });
  return Object.fromEntries(changed.map(({ name }) => [name, values[name]]));
}

function fieldOf(name: string, given: Record<string, unknown>): OptionField | undefined {
  const property = { ...given, ...shownKind(given) };
  const { title, description, default: initial } = property;
  const type = Array.isArray(property['type']) ? property['type'].find((each) => each !== 'null') : property['type'];
  const field = {
    name,
    label: typeof title === 'string' ? title : labelOf(name),
    help: typeof description === 'string' ? description : undefined,
  };
  if (Array.isArray(property['enum'])) {
    const choices = property['enum'].filter((choice) => typeof choice === 'string' || typeof choice === 'number');
    const [first] = choices;
    if (first === undefined) return undefined;
    // Without a default nothing is chosen, and the model decides.
    return { ...field, kind: 'choice', choices, initial: choices.find((choice) => choice === initial) };
  }
  if (type === 'boolean') return { ...field, kind: 'switch', initial: initial === true };
  if (type === 'string') {
    const maxLength = numberOf(property['maxLength']);
    return { ...field, kind: 'text', maxLength, initial: typeof initial === 'string' ? initial : '' };
  }
  if (type !== 'number' && type !== 'integer') return undefined;
  const isWhole = type === 'integer';
  const min = numberOf(property['minimum']) ?? beside(numberOf(property['exclusiveMinimum']), isWhole, 1);
  const max = numberOf(property['maximum']) ?? beside(numberOf(property['exclusiveMaximum']), isWhole, -1);
  const step = numberOf(property['multipleOf']) ?? (isWhole ? 1 : stepOf(min, max));
  return { ...field, kind: 'number', min, max, step, initial: numberOf(initial) };
}

/**
 * What of a choice between kinds of value a form shows: of a nullable option, which generators write as a choice between
 * it and `null`, the option; of a number or a name for it, the number.
 */
function shownKind({ anyOf, oneOf }: Record<string, unknown>): Record<string, unknown> {
  const all = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
  const others = all.filter((each): each is Record<string, unknown> => isRecord(each) && each['type'] !== 'null');
  if (others.length === 1 && others[0]) return others[0];
  return others.find(({ type }) => type === 'number' || type === 'integer') ?? {};
}

/** The nearest value within an exclusive bound; for fractions the bound itself is near enough. */
function beside(bound: number | undefined, isWhole: boolean, by: number): number | undefined {
  return bound === undefined || !isWhole ? bound : bound + by;
}

/** A twentieth of the range, as a round number. */
function stepOf(min: number | undefined, max: number | undefined): number | 'any' {
  if (min === undefined || max === undefined || max <= min) return 'any';
  const step = 10 ** Math.floor(Math.log10((max - min) / 10));
  return Number((step / 2).toPrecision(1));
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
