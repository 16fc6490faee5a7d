import { language } from './index.ts';

/** What the server says while it works, and what that is in German. `$1` is what was in the brackets. */
const german: readonly (readonly [RegExp, string])[] = [
  [/^Waiting in the queue$/, 'Wartet in der Schlange'],
  [/^Waiting in the queue, number (\d+)$/, 'Wartet in der Schlange, Platz $1'],
  [/^Next in the queue$/, 'Als Nächstes an der Reihe'],
  [/^Starting$/, 'Beginnt'],
  [/^The model is ready$/, 'Das Modell ist fertig'],
  [/^All (\d+) models are ready$/, 'Alle $1 Modelle sind fertig'],
  [/^(\d+) of (\d+) models are ready$/, '$1 von $2 Modellen sind fertig'],
  [/^None of the (\d+) images became a model$/, 'Aus keinem der $1 Bilder wurde ein Modell'],
  [/^Cancelled$/, 'Abgebrochen'],
  [/^The task was cancelled$/, 'Die Aufgabe wurde abgebrochen'],
  [/^Interrupted, starting again soon$/, 'Unterbrochen, beginnt gleich neu'],
  [/^Handed back to the queue$/, 'Zurück in der Schlange'],
  [/^The server restarts; this goes on soon$/, 'Der Server startet neu; es geht gleich weiter'],
  [/^Reading the picture/, 'Liest das Bild'],
  [/^Finding the object/, 'Sucht das Objekt'],
  [/^Giving it depth/, 'Gibt ihm Tiefe'],
  [/^Building the surface/, 'Baut die Oberfläche'],
  [/^Painting the surface/, 'Bemalt die Oberfläche'],
  [/^Drawing a preview/, 'Zeichnet eine Vorschau'],
  [/^Writing the model/, 'Schreibt das Modell'],
  [
    /^No object stands out; give a mask, a cut-out, or a photo on a plain ground\.$/,
    'Nichts hebt sich ab: Nehmen Sie eine Maske, eine Freistellung oder ein Foto vor ruhigem Grund.',
  ],
  [/^Done$/, 'Fertig'],
  [/^Sending the photo to fal\.ai/, 'Sendet das Foto an fal.ai'],
  [/^Waiting in the queue of fal\.ai, place (\d+)/, 'Wartet in der Schlange von fal.ai, Platz $1'],
  [/^Waiting in the queue of fal\.ai/, 'Wartet in der Schlange von fal.ai'],
  [/^fal\.ai makes the model/, 'fal.ai erstellt das Modell'],
  [/^Fetching the model from fal\.ai/, 'Holt das Modell von fal.ai'],
  [/ \((\d+) of (\d+)\)$/, ' ($1 von $2)'],
  [/; trying again$/, '; neuer Versuch'],
  [/^The worker stopped before it was done with this image/, 'Die Arbeit an diesem Bild brach ab'],
  [/^The server stopped before it was done with this image/, 'Der Server hielt vor dem Ende dieses Bildes an'],
];

/** What the server says while it works, in the reader's language; as it is where there are no words for it. */
export function serverText(said: string): string {
  if (language() !== 'de') return said;
  return german.reduce((text, [english, words]) => text.replace(english, words), said);
}
