import type { SaidWords } from './said-en.ts';

/** What the server says while it works, and what that is in German. */
export const saidDe: SaidWords = [
  [/^Waiting in the queue$/, 'Wartet in der Schlange'],
  [/^Waiting in the queue, number (\d+)$/, 'Wartet in der Schlange, Platz $1'],
  [/^Next in the queue$/, 'Als Nächstes an der Reihe'],
  [/^Starting$/, 'Beginnt'],
  [/^The model is ready$/, 'Das Modell ist fertig'],
  [/^Taken from an earlier result$/, 'Aus einem früheren Ergebnis übernommen'],
  [/^All 2 models are ready$/, 'Beide Modelle sind fertig'],
  [/^All (\d+) models are ready$/, 'Alle $1 Modelle sind fertig'],
  [/^1 of (\d+) models are ready$/, '1 von $1 Modellen ist fertig'],
  [/^(\d+) of (\d+) models are ready$/, '$1 von $2 Modellen sind fertig'],
  [/^(\d+) of (\d+) images done$/, '$1 von $2 Fotos erledigt'],
  [/^None of the (\d+) images became a model$/, 'Aus keinem der $1 Fotos wurde ein Modell'],
  [/^Cancelled$/, 'Abgebrochen'],
  [/^The task was cancelled$/, 'Der Stapel wurde abgebrochen'],
  [/^Interrupted, starting again soon$/, 'Unterbrochen, beginnt gleich neu'],
  [/^Handed back to the queue$/, 'Zurück in der Schlange'],
  [/^The server restarts; this goes on soon$/, 'Der Server startet neu; es geht gleich weiter'],
  [/^This did not work; trying again soon$/, 'Das ging nicht; ein neuer Versuch folgt gleich'],
  [
    /^Begun with a model that this server does not offer just now; it waits for it$/,
    'Wartet auf sein Modell, das der Server gerade nicht anbietet',
  ],
  [/^Reading the picture/, 'Liest das Bild'],
  [/^Finding the object/, 'Sucht das Objekt'],
  [/^Giving it depth/, 'Gibt ihm Tiefe'],
  [/^Building the surface/, 'Baut die Oberfläche'],
  [/^Painting the surface/, 'Bemalt die Oberfläche'],
  [/^Drawing a preview/, 'Zeichnet eine Vorschau'],
  [/^Writing the model/, 'Schreibt das Modell'],
  [/^Done$/, 'Fertig'],
  [/^Sending the photo to fal\.ai/, 'Sendet das Foto an fal.ai'],
  [/^Waiting in the queue of fal\.ai, place (\d+)/, 'Wartet in der Schlange von fal.ai, Platz $1'],
  [/^Waiting in the queue of fal\.ai/, 'Wartet in der Schlange von fal.ai'],
  [/^fal\.ai makes the model/, 'fal.ai erstellt das Modell'],
  [/^Fetching the model from fal\.ai/, 'Holt das Modell von fal.ai'],

  // Why a photo did not become a model, or not yet.
  [/^The worker stopped (before it was done with|while it worked on) this image/, 'Die Arbeit an diesem Foto brach ab'],
  [/^The worker stopped twice on this image/, 'Die Arbeit an diesem Foto brach zweimal ab'],
  [/^The server stopped each time that it worked on this image/, 'Der Server hielt jedes Mal bei diesem Foto an'],
  [/^The image is fully transparent: there is nothing to model\.$/, 'Das Foto ist ganz durchsichtig: Es zeigt nichts.'],
  [
    /^Nothing solid was found in the image: what is there is thinner than a hair\.$/,
    'Auf dem Foto ist nichts Festes: Was da ist, ist dünner als ein Haar.',
  ],
  [
    /^No object stands out; give a mask, a cut-out, or a photo on a plain ground\.$/,
    'Auf dem Foto hebt sich nichts ab.',
  ],
  [
    /^The image is (\d+) × (\d+) pixels; both sides need at least (\d+)\.$/,
    'Das Foto hat $1 × $2 Pixel; jede Seite braucht mindestens $3.',
  ],
  [
    /^The image is (\d+) × (\d+) pixels, thinner than 1:(\d+).*$/,
    'Das Foto hat $1 × $2 Pixel und ist schmaler als 1:$3.',
  ],
  [/^The image has more than (\d+) megapixels; make it smaller\.$/, 'Das Foto hat mehr als $1 Megapixel.'],
  [/^The file is empty\.$/, 'Die Datei ist leer.'],
  [/^The image is damaged or incomplete and cannot be decoded\.$/, 'Das Foto ist beschädigt oder unvollständig.'],
  [/^The result is not a model that can be read$/, 'Das Ergebnis ist kein lesbares Modell'],
  [/^fal\.ai cannot be reached/, 'fal.ai ist nicht erreichbar'],
  [/^fal\.ai takes no more requests just now/, 'fal.ai nimmt gerade keine Anfragen mehr an'],
  [/^fal\.ai (is too busy|has no machine free) for this/, 'fal.ai ist gerade ausgelastet'],
  [/^fal\.ai (did not (answer|finish)|could not start the model) in time/, 'fal.ai hat zu lange gebraucht'],
  [/^The model took (too long|longer at fal\.ai than it may)/, 'Das Modell hat zu lange gebraucht'],
  [/^fal\.ai does not work just now/, 'fal.ai geht gerade nicht'],
  [/^fal\.ai lost (its connection to us|the machine .*)/, 'fal.ai hat die Verbindung verloren'],
  [/^Something went wrong inside fal\.ai/, 'Bei fal.ai ist etwas schiefgegangen'],
  [/^The model (failed at fal\.ai|made nothing of this photo)/, 'Das Modell ist bei fal.ai nicht gelungen'],
  [/^The (model could not fetch the photo|photo cannot be sent to fal\.ai)/, 'Das Foto kam bei fal.ai nicht an'],
  [/^A service behind the model (failed|does not answer)/, 'Ein Dienst hinter dem Modell antwortet nicht'],
  [/^The model cannot be fetched from fal\.ai/, 'Das Modell lässt sich bei fal.ai nicht abholen'],
  [/^fal\.ai does not hand the result out/, 'fal.ai gibt das Ergebnis nicht heraus'],

  // What is to be known about a model that was made.
  [
    /^Parts thinner than two pixels were lost; a larger or closer picture keeps them\.$/,
    'Teile, die dünner als zwei Pixel sind, fehlen; ein größeres oder näheres Foto behält sie.',
  ],
  [
    /^The object was found in a natural scene; where its outline is wrong, give a mask or a cut-out picture\.$/,
    'Das Objekt wurde vor lebhaftem Grund gefunden; wo sein Umriss nicht stimmt, hilft ein freigestelltes Foto.',
  ],
  [
    /^No object stands out clearly: its outline is a guess\.$/,
    'Kein Objekt hebt sich klar ab: Der Umriss ist geraten.',
  ],
  [
    /^No clear object stands out, so the whole picture became a relief;.*$/,
    'Kein Objekt hebt sich klar ab, darum wurde das ganze Bild ein Relief; aus einem freigestellten Foto oder einem vor ruhigem Grund wird ein Körper.',
  ],
  [
    /^One small separate part was left out to stay within the face limit\.$/,
    'Ein kleines, loses Teil fiel weg, damit die Höchstzahl der Flächen reicht.',
  ],
  [
    /^(\d+) small separate parts were left out to stay within the face limit\.$/,
    '$1 kleine, lose Teile fielen weg, damit die Höchstzahl der Flächen reicht.',
  ],
  [
    /^One small hole was closed to stay within the face limit\.$/,
    'Ein kleines Loch wurde geschlossen, damit die Höchstzahl der Flächen reicht.',
  ],
  [
    /^(\d+) small holes were closed to stay within the face limit\.$/,
    '$1 kleine Löcher wurden geschlossen, damit die Höchstzahl der Flächen reicht.',
  ],
  [
    /^The model has (\d+) faces, more than the limit of (\d+)$/,
    'Das Modell hat $1 Flächen, mehr als die Höchstzahl von $2',
  ],
  [/^fal\.ai did not hand out: (.*)$/, 'fal.ai gab nicht heraus: $1'],
  [
    /^This model takes no exact face limit; it was simplified as far as the limit suggests$/,
    'Dieses Modell kennt keine genaue Höchstzahl der Flächen; es wurde so weit vereinfacht, wie sie vermuten lässt',
  ],
  [
    /^This model takes face limits from (\d+) to (\d+); it was given (\d+)$/,
    'Dieses Modell kennt Höchstzahlen von $1 bis $2 Flächen; es bekam $3',
  ],
  [
    /^The lowest quality of this model has about (\d+) faces$/,
    'Die niedrigste Qualität dieses Modells hat etwa $1 Flächen',
  ],

  // Ends of sentences.
  [/ \((\d+) of (\d+)\)$/, ' ($1 von $2)'],
  [/; trying again$/, '; neuer Versuch'],
  [/: (\d+) %$/, ': $1\u00a0%'],
];
