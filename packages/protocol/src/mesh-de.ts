/** What the local generator says to people, in German, by the ids of its own catalogue, which this package cannot import. */
export const meshTextsDe: Readonly<Record<string, string>> = {
  'mesh.stage.decode': 'Liest das Foto ({step} von {steps})',
  'mesh.stage.foreground': 'Sucht das Objekt ({step} von {steps})',
  'mesh.stage.height': 'Gibt ihm Tiefe ({step} von {steps})',
  'mesh.stage.mesh': 'Baut die Oberfläche ({step} von {steps})',
  'mesh.stage.texture': 'Bemalt die Oberfläche ({step} von {steps})',
  'mesh.stage.preview': 'Zeichnet eine Vorschau ({step} von {steps})',
  'mesh.stage.write': 'Schreibt das Modell ({step} von {steps})',
  'mesh.done': 'Fertig',

  'mesh.file_empty': 'Die Datei ist leer.',
  'mesh.image_undecodable': 'Das Foto ist beschädigt oder unvollständig.',
  'mesh.image_too_many_pixels': 'Das Foto hat mehr als {max} Megapixel.',
  'mesh.image_too_small': 'Das Foto hat {width} × {height} Pixel; jede Seite braucht mindestens {min}.',
  'mesh.image_too_narrow':
    'Das Foto hat {width} × {height} Pixel; die lange Seite darf höchstens {max}-mal so lang sein wie die kurze.',
  'mesh.type_unsupported': 'Dieser Dateityp wird nicht unterstützt; möglich sind JPEG, PNG und WebP.',
  'mesh.heif_unsupported': 'HEIC und AVIF werden nicht unterstützt; möglich sind JPEG, PNG und WebP.',
  'mesh.image_transparent': 'Das Foto ist ganz durchsichtig und zeigt nichts, was ein Modell werden könnte.',
  'mesh.mask_unusable': 'Die Maske ist beschädigt oder kein JPEG, PNG oder WebP von brauchbarer Größe.',
  'mesh.mask_black': 'Die Maske ist ganz schwarz; das Objekt muss darin weiß sein.',
  'mesh.object_missing': 'Auf dem Foto hebt sich kein Objekt ab.',
  'mesh.object_too_thin': 'Auf dem Foto ist alles zu dünn für einen Körper.',
  'mesh.face_limit_too_low': 'Die Höchstzahl der Flächen muss eine ganze Zahl ab {min} sein.',
  'mesh.depth_invalid':
    'Die Dicke muss eine Zahl von {min} bis {max} sein, in Prozent der längsten Seite, oder eines von: {names}.',
  'mesh.detail_invalid': 'Die Feinheit muss eine Zahl von 0 bis 1 sein.',
  'mesh.shape_invalid': 'Die Form muss eine von diesen sein: {names}.',
  'mesh.mode_invalid': 'Der Modus muss einer von diesen sein: {names}.',
  'mesh.parts_invalid': 'Die Teile müssen eine dieser Angaben sein: {names}.',
  'mesh.size_invalid': 'Die Größe muss eine Zahl von {min} bis {max} sein, in Millimetern.',
  'mesh.origin_invalid': 'Der Ursprung muss eine dieser Angaben sein: {names}.',

  'mesh.thin_parts_lost':
    'Teile, die dünner als zwei Pixel sind, fehlen; auf einem größeren oder näheren Foto bleiben sie erhalten.',
  'mesh.outline_unsure':
    'Der Umriss stimmt vielleicht nicht. Vergleichen Sie ihn mit dem Foto; wählen Sie einen anderen Freisteller oder malen Sie einen.',
  'mesh.relief_instead':
    'Kein Objekt hebt sich klar ab, darum wurde das ganze Foto ein Relief. Ein freigestelltes Foto oder eines vor ruhigem Hintergrund wird ein Körper.',
  'mesh.parts_dropped_one':
    'Ein kleines, loses Teil fiel weg, um die Höchstzahl der Flächen einzuhalten; mit einer höheren bleibt es erhalten.',
  'mesh.parts_dropped':
    '{count} kleine, lose Teile fielen weg, um die Höchstzahl der Flächen einzuhalten; mit einer höheren bleiben sie erhalten.',
  'mesh.gaps_closed':
    'Schmale Lücken im Umriss wurden geschlossen, um die Höchstzahl der Flächen einzuhalten; mit einer höheren bleiben sie offen.',
  'mesh.holes_closed_one':
    'Ein kleines Loch wurde geschlossen, um die Höchstzahl der Flächen einzuhalten; mit einer höheren bleibt es offen.',
  'mesh.holes_closed':
    '{count} kleine Löcher wurden geschlossen, um die Höchstzahl der Flächen einzuhalten; mit einer höheren bleiben sie offen.',

  'mesh.scene_outline':
    'Das Objekt wurde vor unruhigem Hintergrund gefunden; stimmt sein Umriss nicht, hilft ein freigestelltes Foto.',
  'mesh.outline_guessed':
    'Kein Objekt hebt sich klar ab, darum ist der Umriss geraten; eine Maske oder ein Foto vor ruhigem Hintergrund hilft.',
};
