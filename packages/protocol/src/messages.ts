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

/** The id and values of a message, as sent on the wire; empty for a message without an id. */
export function messageRef({ id, values }: Message): MessageRef {
  if (id === undefined) return {};
  return values === undefined ? { message_id: id } : { message_id: id, message_values: { ...values } };
}

/** A message as it was sent on the wire: the reverse of {@link messageRef}. */
export function toMessage(text: string, { message_id, message_values }: MessageRef): Message {
  return { text, id: message_id, values: message_values };
}
