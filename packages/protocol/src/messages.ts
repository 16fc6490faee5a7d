/** Values for the placeholders of a message, by name. */
export type MessageValues = Readonly<Record<string, string | number>>;

/**
 * A sentence for a person. `text` is complete English; `id` and `values` are for translation. There is no `id` in
 * entries of earlier versions and for models without ids of their own.
 */
export interface Message {
  text: string;
  id?: string | undefined;
  values?: MessageValues | undefined;
}

/** The id and values of a message, as sent beside its text. */
export interface MessageRef {
  message_id?: string | undefined;
  message_values?: Record<string, string | number> | undefined;
}

/** Fills in the placeholders of a text; one without a value is left as it is. */
export function fillIn(text: string, values: MessageValues = {}): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}

/**
 * The id of the text for these values: `x_one` instead of `x` where that is there and what it no longer counts is one.
 * Every language here tells one from all other whole numbers.
 */
export function countedId<Id extends string>(
  texts: Readonly<Record<string, string>>,
  id: Id,
  values: MessageValues,
): Id {
  const one = `${id}_one`;
  if (!Object.hasOwn(texts, one)) return id;
  const isOne = Object.keys(values).some(
    (name) => has(texts[id], name) && !has(texts[one], name) && Number(values[name]) === 1,
  );
  return (isOne ? one : id) as Id;
}

function has(text: string | undefined, place: string): boolean {
  return text?.includes(`{${place}}`) === true;
}

/**
 * A message in the language of `texts`; undefined where they do not have its id. A value may be a message itself:
 * beside `reason` there is a `reason_id` then, and all their values stand together.
 */
export function translateMessage(
  texts: Readonly<Record<string, string>>,
  { id, values = {} }: Pick<Message, 'id' | 'values'>,
): string | undefined {
  if (id === undefined || !Object.hasOwn(texts, id)) return undefined;
  const filled = { ...values };
  for (const [name, value] of Object.entries(values)) {
    const place = /^(.+)_id$/.exec(name)?.[1];
    if (place === undefined) continue;
    const { [name]: _id, [place]: _text, ...rest } = values;
    const translated = translateMessage(texts, { id: String(value), values: rest });
    if (translated !== undefined) filled[place] = translated;
  }
  return fillIn(texts[id] ?? '', filled);
}

/** The values of a message that is a part of another one, in the place of this name; see {@link translateMessage}. */
export function messageWithin<Place extends string>(
  place: Place,
  { text, id, values }: Message,
): MessageValues & Record<Place, string> {
  const own = { [place]: text } as Record<Place, string>;
  return { ...values, ...own, ...(id !== undefined && { [`${place}_id`]: id }) };
}

/** The id and values of a message, as sent on the wire; empty for a message without an id. */
export function messageRef({ id, values }: Message): MessageRef {
  if (id === undefined) return {};
  return values === undefined ? { message_id: id } : { message_id: id, message_values: { ...values } };
}

/** A message as it was sent on the wire: the reverse of {@link messageRef}. */
export function toMessage(text: string, { message_id, message_values }: MessageRef): Message {
  return { text, id: message_id, values: message_values };
}
