import type { ModelTexts, modelsEn } from '../en/models.ts';

const seed = { label: 'Startzahl', help: 'Dieselbe Zahl und dasselbe Foto ergeben wieder dasselbe Modell' };
const texture_size = { label: 'Größe der Textur', help: 'Breite und Höhe ihres Bildes in Pixeln' };
const realistic = { label: 'Echte Materialien', help: 'Materialien, die auf Licht antworten' };
const hosted = 'Wird bei fal.ai erstellt: Das Foto wird dorthin gesendet, und fal.ai berechnet den Preis dafür.';
const hunyuan2 = {
  num_inference_steps: { label: 'Arbeitsschritte', help: 'Mehr Schritte dauern länger' },
  guidance_scale: { label: 'Nähe zum Foto', help: 'Wie genau das Modell dem Foto folgt' },
  octree_resolution: { label: 'Auflösung der Oberfläche', help: 'Wie fein die Oberfläche ist' },
  textured_mesh: { label: 'Mit Farben', help: 'Kostet dreimal so viel wie ein weißes Modell' },
  seed,
};

export const modelsDe: Record<keyof typeof modelsEn, ModelTexts> = {
  local: {
    name: 'Lokal',
    description:
      'Wird auf diesem Server erstellt, ohne Grafikkarte und ohne dass das Foto ihn verlässt: Der Umriss des Objekts wird aufgewölbt und mit dem Foto überzogen. Hebt sich kein Objekt ab, wird das ganze Bild ein Relief. Gut für Objekte vor ruhigem Hintergrund, Freigestelltes, Logos, Requisiten und Plaketten; die Rückseite wird nicht nachgebildet.',
    options: {
      shape: {
        label: 'Form',
        help: 'Rund wie ein Ball, weich wie ein Kissen, flach und gleichmäßig, eine dünne Plakette mit leichtem Relief, oder um die Achse gedreht wie eine Flasche',
        choices: {
          auto: 'Automatisch',
          round: 'Rund',
          soft: 'Weich',
          flat: 'Flach',
          plaque: 'Plakette',
          lathe: 'Gedreht',
        },
      },
      depth: {
        label: 'Dicke (%)',
        help: 'In Prozent der längsten Seite; leer bleibt es so dick, wie es zur Form passt',
      },
      detail: { label: 'Feinheit', help: 'Wie viel von den Schatten des Fotos in die Oberfläche geprägt wird' },
      mode: {
        label: 'Objekt oder Relief',
        help: 'Ob ein Objekt ausgeschnitten wird, das ganze Bild ein Relief wird, oder das Bild es entscheidet',
        choices: { auto: 'Automatisch', object: 'Objekt', relief: 'Relief' },
      },
      parts: {
        label: 'Einzelne Teile',
        help: 'Ob alle Teile des Objekts zum Körper werden oder nur das größte',
        choices: { all: 'Alle', largest: 'Nur das größte' },
      },
    },
  },
  'tripo3d/tripo/v2.5/image-to-3d': {
    description: `Vielseitig, mit sauberen Oberflächen und detaillierten Texturen, von Tripo AI. ${hosted}`,
    options: {
      texture: {
        label: 'Textur',
        help: 'Wie detailliert die Farben sind',
        choices: { no: 'Keine', standard: 'Standard', HD: 'Hoch' },
      },
      pbr: { label: 'Echte Materialien', help: 'Antworten auf Licht: Rauheit, Metall, Relief' },
      texture_alignment: {
        label: 'Farben folgen',
        help: 'Ob Farben dem Foto oder der Form folgen, wo beide voneinander abweichen',
        choices: { original_image: 'Dem Foto', geometry: 'Der Form' },
      },
      orientation: {
        label: 'Ausrichtung',
        help: 'Ob das Modell so gedreht ist wie das Objekt auf dem Foto',
        choices: { default: 'Standard', align_image: 'Wie auf dem Foto' },
      },
      auto_size: { label: 'Echte Größe', help: 'So groß, wie das Objekt in Wirklichkeit ist, in Metern' },
      seed,
      texture_seed: { label: 'Startzahl der Textur', help: 'Dieselbe Zahl ergibt wieder dieselbe Textur' },
    },
  },
  'fal-ai/trellis': {
    description: `Schnell und günstig, gut bei Formen und einfachen Texturen, von Microsoft. ${hosted}`,
    options: {
      mesh_simplify: { label: 'Vereinfachung', help: 'Anteil der Flächen, der wegfällt' },
      texture_size,
      ss_guidance_strength: { label: 'Nähe der Grobform', help: 'Wie genau die Grobform dem Foto folgt' },
      ss_sampling_steps: { label: 'Schritte für die Grobform', help: 'Mehr Schritte dauern länger' },
      slat_guidance_strength: { label: 'Nähe der Oberfläche', help: 'Wie genau die Oberfläche dem Foto folgt' },
      slat_sampling_steps: { label: 'Schritte für die Oberfläche', help: 'Mehr Schritte dauern länger' },
      seed,
    },
  },
  'fal-ai/trellis-2': {
    description: `Feine Formen mit Materialien, die auf Licht antworten, von Microsoft. ${hosted}`,
    options: {
      resolution: { label: 'Auflösung', help: 'Feiner dauert länger und kann mehr kosten' },
      texture_size,
      remesh: { label: 'Dreiecke ordnen', help: 'Sauberere Dreiecke; dauert länger' },
      seed,
    },
  },
  'fal-ai/hunyuan3d/v2': {
    description: `Kräftige Formen, mit oder ohne Farben, von Tencent. ${hosted}`,
    options: hunyuan2,
  },
  'fal-ai/hunyuan3d/v2/turbo': {
    description: `Hunyuan3D 2 in kürzerer Zeit, mit etwas weniger Einzelheiten. ${hosted}`,
    options: hunyuan2,
  },
  'fal-ai/hunyuan3d/v2/mini': {
    description: `Das kleinste Hunyuan3D 2, für schnelle Versuche. ${hosted}`,
    options: hunyuan2,
  },
  'fal-ai/hunyuan3d-v3/image-to-3d': {
    description: `Sehr detaillierte Modelle mit echten Materialien, von Tencent. ${hosted}`,
    options: {
      generate_type: {
        label: 'Art des Modells',
        help: 'Mit Textur, mit wenigen Flächen, oder weiß',
        choices: { Normal: 'Mit Textur', LowPoly: 'Wenige Flächen', Geometry: 'Weiß' },
      },
      enable_pbr: { ...realistic, help: 'Materialien, die auf Licht antworten; nicht bei einem weißen Modell' },
    },
  },
  'fal-ai/triposr': {
    description: `Das schnellste und günstigste; grobe Formen, deren Farben an den Eckpunkten sitzen. ${hosted}`,
    options: {
      do_remove_background: { label: 'Hintergrund entfernen', help: 'Erst das Objekt aus dem Foto schneiden' },
      foreground_ratio: { label: 'Anteil am Bild', help: 'Wie viel vom Bild das Objekt einnimmt' },
      mc_resolution: { label: 'Auflösung der Oberfläche', help: 'Wie fein die Oberfläche ist' },
    },
  },
  'fal-ai/hyper3d/rodin': {
    description: `Für die Weiterverarbeitung, mit sauberen Netzen und Materialien, von Deemos. ${hosted}`,
    options: {
      quality: {
        label: 'Qualität',
        help: 'Wie viele Flächen das Modell hat',
        choices: { high: 'Hoch', medium: 'Mittel', low: 'Niedrig', 'extra-low': 'Sehr niedrig' },
      },
      material: {
        label: 'Material',
        help: 'Materialien, die auf Licht antworten, oder aufgemalte Schatten',
        choices: { PBR: 'Echt', Shaded: 'Gemalt' },
      },
      tier: {
        label: 'Arbeitsweise',
        help: 'Eine Skizze ist schneller und gröber',
        choices: { Regular: 'Gründlich', Sketch: 'Skizze' },
      },
      seed,
    },
  },
  'fal-ai/meshy/v6/image-to-3d': {
    description: `Plastische Einzelheiten und eine genaue Zahl von Flächen, von Meshy. ${hosted}`,
    options: {
      should_texture: { label: 'Mit Farben', help: 'Ohne sie ist das Modell weiß' },
      enable_pbr: realistic,
      should_remesh: { label: 'Dreiecke ordnen', help: 'Sauberere Dreiecke; nötig für eine Höchstzahl der Flächen' },
    },
  },
};
