import { stat } from 'node:fs/promises';
import { UsageError } from './exit.ts';
import { cliMessage } from './texts.ts';

/** Checks where results are to go before anything is made; it need not exist. @throws UsageError */
export async function checkOutDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found && !found.isDirectory()) throw new UsageError(cliMessage('cli.not_a_directory', { file: directory }));
}
