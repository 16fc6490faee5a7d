/** What is put into a message, by the name of its place. */
export type MessageValues = Readonly<Record<string, string | number>>;

/**
 * A sentence for a person. `text` is English and complete; `id` and `values` are what other languages are made from.
 * Without an `id` the text is all there is: an entry of an earlier version, or a model that has no ids of its own.
 */
export interface Message {
  text: string;
  id?: string | undefined;
  values?: MessageValues | undefined;
}

/** The id and values of a message as they stand beside its text on the wire. */
export interface MessageRef {
  message_id?: string | undefined;
  message_values?: Record<string, string | number> | undefined;
}

/** Puts values into the places of a text; a place without a value stays as it is. */
export function fillIn(text: string, values: MessageValues = {}): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}

/** The id and values as they stand on the wire; empty for a message that has none. */
export function messageRef({ id, values }: Message): MessageRef {
  if (id === undefined) return {};
  return values === undefined ? { message_id: id } : { message_id: id, message_values: { ...values } };
}
