import { type MessageRef, translateMessage } from '@image2model/protocol';
import { texts } from './texts.svelte.ts';

/** What the server says to a person: an English text and, where it has them, the id and values for other languages. */
export interface ServerMessage extends MessageRef {
  message: string;
}

/** What the server says, in the reader's language; in English where that has no text of this id. */
export function translate(message: ServerMessage): string {
  return translation(message) ?? message.message;
}

/** The text of the message's id in the reader's language, if there is one; English comes with the message. */
export function translation({ message_id: id, message_values: values }: MessageRef): string | undefined {
  return translateMessage(texts().messages, { id, values });
}
