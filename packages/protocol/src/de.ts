import { errorTextsDe } from './error-texts-de.ts';
import { maskTextsDe } from './mask-texts-de.ts';
import { optionTextsDe } from './option-texts-de.ts';
import type { MessageId } from './message-texts.ts';
import { providerTextsDe } from './provider-texts-de.ts';

export { meshTextsDe } from './mesh-de.ts';

/** The server's messages for people, in German, by the ids of `message-texts.ts`. */
export const messageTextsDe: Readonly<Record<MessageId, string>> = {
  ...errorTextsDe,
  ...maskTextsDe,
  ...optionTextsDe,
  ...providerTextsDe,
  'task.ready_one': 'Das Modell ist fertig',
  'task.ready_both': 'Beide Modelle sind fertig',
  'task.ready_all': 'Alle {total} Modelle sind fertig',
  'task.one_ready': '1 von {total} Modellen fertig',
  'task.some_ready': '{ready} von {total} Modellen fertig',

  'queue.waiting': 'In der Warteschlange',
  'queue.next': 'Als Nächstes an der Reihe',
  'queue.position': 'In der Warteschlange, Platz {position}',
  'task.progress': '{done} von {total} Fotos erledigt',
  'task.cancelled': 'Der Stapel wurde abgebrochen',
  'task.all_failed': 'Aus keinem der {total} Fotos wurde ein Modell',
  'task.all_failed_because': 'Aus keinem der {total} Fotos wurde ein Modell. {filename}: {reason}',
  'file.starting': 'Startet',
  'file.ready': 'Das Modell ist fertig',
  'file.reused': 'Aus einem früheren Ergebnis übernommen',
  'file.cancelled': 'Abgebrochen',
  'file.interrupted': 'Unterbrochen, startet gleich neu',
  'file.requeued': 'Wieder in der Warteschlange',
  'file.shutdown': 'Der Server startet neu; es geht gleich weiter',
  'file.retrying': 'Dieser Versuch ist fehlgeschlagen; der nächste folgt gleich',
  'file.model_missing': 'Wartet: Dieser Server bietet das gewählte Modell gerade nicht an',
  'file.worker_gone': 'Die Verarbeitung dieses Fotos wurde unterbrochen',
  'file.worker_crashed': 'Die Verarbeitung dieses Fotos wurde zweimal unterbrochen',
  'file.server_crashed': 'Der Server ist bei diesem Foto jedes Mal abgestürzt',
  'file.failed': 'Das Modell konnte nicht erstellt werden',
  'file.short_of_descriptors': 'Wartet: Der Server kann keine weiteren Dateien und Verbindungen öffnen',
  'file.short_of_threads': 'Wartet: Der Server kann keine weiteren Threads starten',
  'file.short_of_memory': 'Wartet: Dem Server fehlte Arbeitsspeicher',
  'file.short_of_database': 'Wartet: Ein anderes Programm belegt die Datenbank',
  'file.out_of_memory': 'Der Arbeitsspeicher des Servers reichte für dieses Foto jedes Mal nicht aus',
  'file.storage_full': 'Der Speicher ist voll',
  'file.storage_gone': 'Der Server hat seinen Speicher verloren',
  'file.photo_lost': 'Das Foto fehlt auf dem Server oder ist dort beschädigt; bitte noch einmal hochladen',
  'file.remake_failed': 'Das neue Modell konnte nicht erstellt werden, das frühere bleibt. {reason}',
  'file.remake_cancelled': 'Abgebrochen; das frühere Modell bleibt',
  'file.result_invalid': 'Das Ergebnis ist kein lesbares Modell',
  'file.adopted': 'Die Datenbank ging verloren, bevor das Modell fertig war; ein neuer Versuch erstellt es',

  'image.too_large': '{filename} ist größer als {max} MiB.',
  'image.empty': '{filename} ist leer.',

  'upload.queued_one': '1 Foto hochgeladen und eingereiht',
  'upload.queued': '{total} Fotos hochgeladen und eingereiht',
  'upload.reused_one': '1 Foto hochgeladen; das frühere Modell wird übernommen',
  'upload.reused': '{total} Fotos hochgeladen; die früheren Modelle werden übernommen',
  'upload.partly_reused': '{total} Fotos hochgeladen; für {reused} davon wird ein früheres Modell übernommen',
  'task.cancelling': 'Alles, was noch nicht fertig ist, wird abgebrochen',
  'file.cancelling': 'Das Foto wird abgebrochen',
  'job.retrying': 'Die Fotos ohne Modell sind wieder eingereiht',
  'job.remaking_one': '1 Foto ist wieder eingereiht; ein vorhandenes Modell bleibt, bis das neue fertig ist',
  'job.remaking': '{count} Fotos sind wieder eingereiht; vorhandene Modelle bleiben, bis die neuen fertig sind',
};
