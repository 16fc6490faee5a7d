import { countedId, fillIn, translateMessage } from '@image2model/protocol';
import type { Message } from '@image2model/protocol';
import { meshTextsDe, messageTextsDe } from '@image2model/protocol/de';

/** The languages that the command line speaks. */
export type Language = 'en' | 'de';

const en = {
  'cli.waiting': 'Waiting',
  'cli.cancelled': 'cancelled',
  'cli.failed': 'No model could be made',
  'cli.faces': '{faces} triangles',
  'cli.faces_one': '1 triangle',
  'cli.made': '{completed} of {total} models made in {seconds} s',
  'cli.made_one': '{completed} of 1 model made in {seconds} s',
  'cli.failed_count': '{count} failed',
  'cli.cancelled_count': '{count} cancelled',
  'cli.no_such_file': '{file}: no such file',
  'cli.not_a_file': '{file} is not a file',
  'cli.not_a_directory': '{file} is not a directory; --out needs a directory, or an unused name',
  'cli.mask_used': '{file}: cut out with {mask}',
  'cli.mask_unused': '{mask} is named like a mask but matches no photo here that needs one; ignored',
  'cli.mask_no_photo': '--mask {mask} matches no photo here; name it like its photo, or chair.mask.png for chair.jpg',
  'cli.mask_several_photos': '--mask {mask} matches more than one photo; convert these one at a time',
  'cli.mask_repeated': '--mask {mask} is a second mask for the same photo; use one per photo',
  'cli.only_masks': '{file} is named like a mask, and no photo was given; rename it if it is a photo',
  'cli.masks_unsupported':
    'The model {model} does not use masks; leave them out (--no-mask), or use another model (MASK_UNSUPPORTED)',
  'cli.no_cuts': 'The server is too old for cut-outs, or --server is the wrong address (NOT_FOUND)',
  'cli.not_an_address': '--server {url} is not an address like http://localhost:3000',
  'cli.unreachable': 'Can’t reach the server: {reason} (NETWORK_ERROR)',
  'cli.foreign_answer':
    'Something other than the server answered, with status {status}. Is the address right? It may have been a proxy, or the login page of a network.',
  'cli.key_unusable': 'The API key contains an invalid character, perhaps a space or a line break',
  'cli.key_rejected': 'The server rejected the API key (UNAUTHENTICATED)',
  'cli.connection_lost': 'The connection to the server was lost: {reason}',
  'cli.gave_up': 'The connection to the server was lost: {attempts} attempts to reconnect failed',
  'cli.download_broken': 'The download was interrupted',
  'cli.download_changed': 'The downloaded file is not the model that the server made: its checksum differs',
  'cli.share_needs_server': 'Name the server that has the job, with --server or IMAGE2MODEL_URL',
  'cli.server_too_old':
    'The server sent no checksum: it is too old for --format, --size-mm and --origin, or something in between removes it',
} as const;

const de: Readonly<Record<CliTextId, string>> = {
  'cli.waiting': 'Wartet',
  'cli.cancelled': 'abgebrochen',
  'cli.failed': 'Es konnte kein Modell erstellt werden',
  'cli.faces': '{faces} Dreiecke',
  'cli.faces_one': '1 Dreieck',
  'cli.made': '{completed} von {total} Modellen in {seconds} s erstellt',
  'cli.made_one': '{completed} von 1 Modell in {seconds} s erstellt',
  'cli.failed_count': '{count} fehlgeschlagen',
  'cli.cancelled_count': '{count} abgebrochen',
  'cli.no_such_file': '{file}: Datei nicht gefunden',
  'cli.not_a_file': '{file} ist keine Datei',
  'cli.not_a_directory': '{file} ist kein Ordner; --out braucht einen Ordner oder einen noch freien Namen',
  'cli.mask_used': '{file}: freigestellt mit {mask}',
  'cli.mask_unused':
    '{mask} heißt wie eine Maske, passt hier aber zu keinem Foto, das eine braucht, und wird ignoriert',
  'cli.mask_no_photo':
    '--mask {mask} passt hier zu keinem Foto; die Maske muss wie ihr Foto heißen, oder stuhl.mask.png zu stuhl.jpg',
  'cli.mask_several_photos': '--mask {mask} passt zu mehreren Fotos; bitte diese einzeln umwandeln',
  'cli.mask_repeated': '--mask {mask} ist die zweite Maske zu ihrem Foto; zu jedem gehört höchstens eine',
  'cli.only_masks': '{file} heißt wie eine Maske, und es wurde kein Foto angegeben; ist es ein Foto, bitte umbenennen',
  'cli.masks_unsupported':
    'Das Modell {model} unterstützt keine Masken; bitte weglassen (--no-mask) oder ein anderes Modell wählen (MASK_UNSUPPORTED)',
  'cli.no_cuts': 'Der Server ist zu alt, um Fotos freizustellen, oder die Adresse bei --server ist falsch (NOT_FOUND)',
  'cli.not_an_address': '--server {url} ist keine Adresse wie http://localhost:3000',
  'cli.unreachable': 'Der Server ist nicht erreichbar: {reason} (NETWORK_ERROR)',
  'cli.foreign_answer':
    'Geantwortet hat nicht der Server, sondern etwas anderes, mit Status {status}. Stimmt die Adresse? Vielleicht war es ein Proxy oder die Anmeldeseite eines Netzwerks.',
  'cli.key_unusable':
    'Der API-Schlüssel enthält ein ungültiges Zeichen, vielleicht ein Leerzeichen oder einen Zeilenumbruch',
  'cli.key_rejected': 'Der Server hat den API-Schlüssel abgelehnt (UNAUTHENTICATED)',
  'cli.connection_lost': 'Die Verbindung zum Server ist abgebrochen: {reason}',
  'cli.gave_up':
    'Die Verbindung zum Server ist abgebrochen: {attempts} Versuche, sie wiederherzustellen, sind fehlgeschlagen',
  'cli.download_broken': 'Der Download wurde unterbrochen',
  'cli.download_changed':
    'Die heruntergeladene Datei ist nicht das Modell, das der Server erstellt hat: Die Prüfsumme stimmt nicht',
  'cli.share_needs_server': 'Bitte den Server nennen, auf dem der Stapel liegt, mit --server oder IMAGE2MODEL_URL',
  'cli.server_too_old':
    'Der Server hat keine Prüfsumme gesendet: Er ist zu alt für --format, --size-mm und --origin, oder etwas dazwischen entfernt sie',
};

type CliTextId = keyof typeof en;

/** What the command line itself says, by language. */
export const cliTexts = { en, de };

const german: Readonly<Record<string, string>> = { ...messageTextsDe, ...meshTextsDe, ...de };

/** A message of the command line's own. */
export function cliMessage(id: CliTextId, values?: Message['values']): Message {
  const counted = countedId(en, id, values ?? {});
  return { text: fillIn(en[counted], values), id: counted, values };
}

/** A message in a language; in English where its id has no text there, or where it has no id. */
export function say({ text, id, values }: Message, language: Language): string {
  return (language === 'de' ? translateMessage(german, { id, values }) : undefined) ?? text;
}

/**
 * The language of a POSIX locale: `LC_ALL` wins over `LC_MESSAGES`, and that over `LANG`; an empty one counts as unset.
 * https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html#tag_08_02
 */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return /^de(?![a-z])/i.test(locale) ? 'de' : 'en';
}
