import type { ModelTexts, modelsEn } from '../en/models.ts';

const seed = { label: 'Seed', help: 'Derselbe Seed und dasselbe Foto ergeben wieder dasselbe Modell' };
const texture_size = { label: 'Texturgröße', help: 'Breite und Höhe der Textur in Pixeln' };
const realistic = { label: 'Realistische Materialien', help: 'Materialien, die auf Licht reagieren' };
const hosted = 'Wird bei fal.ai erstellt: Das Foto wird dorthin gesendet, und fal.ai berechnet den Preis dafür.';
const hunyuan2 = {
  num_inference_steps: { label: 'Schritte', help: 'Mehr Schritte dauern länger' },
  guidance_scale: { label: 'Nähe zum Foto', help: 'Wie genau das Modell dem Foto folgt' },
  octree_resolution: { label: 'Auflösung der Oberfläche', help: 'Wie fein die Oberfläche ist' },
  textured_mesh: { label: 'Mit Farben', help: 'Kostet dreimal so viel wie ein Modell ohne Farben' },
  seed,
};

export const modelsDe: Record<keyof typeof modelsEn, ModelTexts> = {
  local: {
    name: 'Lokal',
    description:
      'Läuft auf diesem Server; Ihr Foto bleibt hier. Der Umriss des Objekts wird aufgewölbt und mit dem Foto überzogen. Hebt sich kein Objekt ab, wird das ganze Foto zum Relief. Am besten für Objekte vor einfarbigem Hintergrund, Freigestelltes und Logos. Die Rückseite ist geraten.',
    options: {
      shape: {
        label: 'Form',
        help: 'Rund wie ein Ball, weich wie ein Kissen, flach und gleichmäßig, eine dünne Plakette mit flachem Relief oder gedrechselt wie eine Flasche',
        choices: {
          auto: 'Automatisch',
          round: 'Rund',
          soft: 'Weich',
          flat: 'Flach',
          plaque: 'Plakette',
          lathe: 'Gedrechselt',
        },
      },
      depth: {
        label: 'Dicke (%)',
        help: 'In Prozent der längsten Seite. Leer lassen für das, was zur Form passt.',
      },
      detail: { label: 'Feinheit', help: 'Wie stark Licht und Schatten des Fotos in die Oberfläche geprägt werden' },
      mode: {
        label: 'Objekt oder Relief',
        help: 'Das Objekt freistellen, das ganze Foto zum Relief machen oder automatisch wählen',
        choices: { auto: 'Automatisch', object: 'Objekt', relief: 'Relief' },
      },
      parts: {
        label: 'Einzelne Teile',
        help: 'Alle einzelnen Teile des Objekts behalten oder nur das größte',
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
      pbr: { label: 'Realistische Materialien', help: 'Reagieren auf Licht: Rauheit, Metall, Relief' },
      texture_alignment: {
        label: 'Farben folgen',
        help: 'Ob Farben dem Foto oder der Form folgen, wenn beide voneinander abweichen',
        choices: { original_image: 'Dem Foto', geometry: 'Der Form' },
      },
      orientation: {
        label: 'Ausrichtung',
        help: 'Ob das Modell so gedreht ist wie das Objekt auf dem Foto',
        choices: { default: 'Standard', align_image: 'Wie auf dem Foto' },
      },
      auto_size: { label: 'Echte Größe', help: 'So groß, wie das Objekt in Wirklichkeit ist, in Metern' },
      seed,
      texture_seed: { label: 'Textur-Seed', help: 'Derselbe Seed ergibt wieder dieselbe Textur' },
    },
  },
  'fal-ai/trellis': {
    description: `Schnell und günstig, gut bei Formen und einfachen Texturen, von Microsoft. ${hosted}`,
    options: {
      mesh_simplify: { label: 'Vereinfachung', help: 'Anteil der Dreiecke, der entfernt wird' },
      texture_size,
      ss_guidance_strength: { label: 'Grobform: Nähe zum Foto', help: 'Wie genau die Grobform dem Foto folgt' },
      ss_sampling_steps: { label: 'Grobform: Schritte', help: 'Mehr Schritte dauern länger' },
      slat_guidance_strength: { label: 'Oberfläche: Nähe zum Foto', help: 'Wie genau die Oberfläche dem Foto folgt' },
      slat_sampling_steps: { label: 'Oberfläche: Schritte', help: 'Mehr Schritte dauern länger' },
      seed,
    },
  },
  'fal-ai/trellis-2': {
    description: `Feine Formen mit Materialien, die auf Licht reagieren, von Microsoft. ${hosted}`,
    options: {
      resolution: { label: 'Auflösung', help: 'Feiner dauert länger und kann mehr kosten' },
      texture_size,
      remesh: { label: 'Netz bereinigen', help: 'Sauberere Dreiecke; dauert länger' },
      seed,
    },
  },
  'fal-ai/hunyuan3d/v2': {
    description: `Kräftige Formen, mit oder ohne Farben, von Tencent. ${hosted}`,
    options: hunyuan2,
  },
  'fal-ai/hunyuan3d/v2/turbo': {
    description: `Hunyuan3D 2 in kürzerer Zeit, mit etwas weniger Details. ${hosted}`,
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
        help: 'Mit Textur, mit wenigen Dreiecken oder ohne Textur',
        choices: { Normal: 'Mit Textur', LowPoly: 'Low-Poly', Geometry: 'Ohne Textur' },
      },
      enable_pbr: { ...realistic, help: 'Materialien, die auf Licht reagieren; nicht bei Modellen ohne Textur' },
    },
  },
  'fal-ai/triposr': {
    description: `Das schnellste und günstigste; grobe Formen, deren Farben an den Eckpunkten sitzen. ${hosted}`,
    options: {
      do_remove_background: { label: 'Hintergrund entfernen', help: 'Zuerst das Objekt freistellen' },
      foreground_ratio: { label: 'Objektgröße im Foto', help: 'Wie viel des Fotos das Objekt ausfüllt' },
      mc_resolution: { label: 'Auflösung der Oberfläche', help: 'Wie fein die Oberfläche ist' },
    },
  },
  'fal-ai/hyper3d/rodin': {
    description: `Für die Weiterverarbeitung, mit sauberen Netzen und Materialien, von Deemos. ${hosted}`,
    options: {
      quality: {
        label: 'Qualität',
        help: 'Wie viele Dreiecke das Modell hat',
        choices: { high: 'Hoch', medium: 'Mittel', low: 'Niedrig', 'extra-low': 'Sehr niedrig' },
      },
      material: {
        label: 'Material',
        help: 'Materialien, die auf Licht reagieren, oder aufgemalte Schattierung',
        choices: { PBR: 'Realistisch', Shaded: 'Aufgemalt' },
      },
      tier: {
        label: 'Modus',
        help: 'Eine Skizze ist schneller und gröber',
        choices: { Regular: 'Normal', Sketch: 'Skizze' },
      },
      seed,
    },
  },
  'fal-ai/meshy/v6/image-to-3d': {
    description: `Plastische Details und eine genaue Zahl von Dreiecken, von Meshy. ${hosted}`,
    options: {
      should_texture: { label: 'Mit Farben', help: 'Ohne sie bleibt das Modell weiß' },
      enable_pbr: realistic,
      should_remesh: { label: 'Netz bereinigen', help: 'Sauberere Dreiecke; nötig für eine Höchstzahl der Dreiecke' },
    },
  },
};
