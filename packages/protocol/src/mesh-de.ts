/** What the local generator says to people, in German, by the ids of its own catalogue, which this package cannot import. */
export const meshTextsDe: Readonly<Record<string, string>> = {
  'mesh.stage.decode': 'Foto wird gelesen ({step} von {steps})',
  'mesh.stage.foreground': 'Objekt wird gesucht ({step} von {steps})',
  'mesh.stage.height': 'Tiefe wird berechnet ({step} von {steps})',
  'mesh.stage.mesh': 'Oberfläche wird aufgebaut ({step} von {steps})',
  'mesh.stage.texture': 'Oberfläche wird bemalt ({step} von {steps})',
  'mesh.stage.preview': 'Vorschau wird gezeichnet ({step} von {steps})',
  'mesh.stage.write': 'Modell wird geschrieben ({step} von {steps})',
  'mesh.done': 'Fertig',

  'mesh.file_empty': 'Die Datei ist leer.',
  'mesh.image_undecodable': 'Das Foto ist beschädigt oder unvollständig.',
  'mesh.image_too_many_pixels': 'Das Foto hat mehr als {max} Megapixel.',
  'mesh.image_too_small': 'Das Foto hat {width} × {height} Pixel; jede Seite braucht mindestens {min}.',
  'mesh.image_too_narrow':
    'Das Foto hat {width} × {height} Pixel; die lange Seite darf höchstens {max}-mal so lang sein wie die kurze.',
  'mesh.type_unsupported': 'Dieser Dateityp wird nicht unterstützt; möglich sind JPEG, PNG und WebP.',
  'mesh.heif_unsupported':
    'HEIC wird nicht unterstützt; exportieren Sie das Foto als JPEG oder fügen Sie es auf der Webseite hinzu, die es umwandelt.',
  'mesh.image_transparent': 'Das Foto ist ganz durchsichtig und zeigt nichts, was ein Modell werden könnte.',
  'mesh.mask_unusable': 'Die Maske ist beschädigt oder kein JPEG, PNG oder WebP von brauchbarer Größe.',
  'mesh.mask_black': 'Die Maske ist ganz schwarz; das Objekt muss darin weiß sein.',
  'mesh.object_missing': 'Auf dem Foto hebt sich kein Objekt ab.',
  'mesh.object_too_thin': 'Auf dem Foto ist alles zu dünn für einen Körper.',
  'mesh.face_limit_too_low': 'Die Höchstzahl der Dreiecke muss eine ganze Zahl ab {min} sein.',
  'mesh.depth_invalid':
    'Die Dicke muss eine Zahl von {min} bis {max} sein, in Prozent der längsten Seite, oder eines von: {names}.',
  'mesh.detail_invalid': 'Die Feinheit muss eine Zahl von 0 bis 1 sein.',
  'mesh.shape_invalid': 'Die Form muss eine von diesen sein: {names}.',
  'mesh.mode_invalid': 'Der Modus muss einer von diesen sein: {names}.',
  'mesh.parts_invalid': 'Die Teile müssen eine dieser Angaben sein: {names}.',
  'mesh.size_invalid': 'Die Größe muss eine Zahl von {min} bis {max} sein, in Millimetern.',
  'mesh.origin_invalid': 'Der Ursprung muss eine dieser Angaben sein: {names}.',

  'mesh.thin_parts_lost':
    'Teile, die dünner als zwei Pixel sind, gingen verloren. Ein größeres oder näher aufgenommenes Foto erhält sie.',
  'mesh.outline_unsure':
    'Der Umriss stimmt vielleicht nicht. Vergleichen Sie ihn mit dem Foto, und wählen oder malen Sie dann einen anderen Freisteller.',
  'mesh.relief_instead':
    'Wir konnten kein klares Objekt finden, darum wurde das ganze Foto zum Relief. Für einen Körper verwenden Sie ein freigestelltes Foto oder einen einfarbigen Hintergrund.',
  'mesh.parts_dropped_one':
    'Ein kleines, loses Teil fiel weg, um die Höchstzahl der Dreiecke einzuhalten. Mit einer höheren bleibt es erhalten.',
  'mesh.parts_dropped':
    '{count} kleine, lose Teile fielen weg, um die Höchstzahl der Dreiecke einzuhalten. Mit einer höheren bleiben sie erhalten.',
  'mesh.gaps_closed':
    'Schmale Lücken im Umriss wurden geschlossen, um die Höchstzahl der Dreiecke einzuhalten. Mit einer höheren bleiben sie offen.',
  'mesh.holes_closed_one':
    'Ein kleines Loch wurde geschlossen, um die Höchstzahl der Dreiecke einzuhalten. Mit einer höheren bleibt es offen.',
  'mesh.holes_closed':
    '{count} kleine Löcher wurden geschlossen, um die Höchstzahl der Dreiecke einzuhalten. Mit einer höheren bleiben sie offen.',

  'mesh.relief_proposed':
    'Kein Objekt hebt sich klar ab, darum würde das ganze Foto ein Relief. Wählen Sie einen anderen Freisteller oder malen Sie einen.',

  'mesh.scene_outline':
    'Wir haben das Objekt vor unruhigem Hintergrund gefunden. Stimmt der Umriss nicht, versuchen Sie ein freigestelltes Foto.',
  'mesh.outline_guessed':
    'Wir konnten kein klares Objekt finden, darum ist der Umriss geraten. Eine Maske oder ein Foto vor einfarbigem Hintergrund hilft.',
};
