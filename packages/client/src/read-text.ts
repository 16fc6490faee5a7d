/** Reads a body as UTF-8, piece by piece, until it ends or `onText` returns `true`; the caller then releases the body. */
export async function readText(
  body: ReadableStream<Uint8Array> | null,
  onText: (text: string) => boolean,
): Promise<void> {
  const decoder = new TextDecoder();
  const reader = body?.getReader();
  let chunk: ReadableStreamReadResult<Uint8Array> | undefined;
  do chunk = await reader?.read();
  while (chunk && !chunk.done && !onText(decoder.decode(chunk.value, { stream: true })));
}
