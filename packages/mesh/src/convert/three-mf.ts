import { boxOf } from './box.ts';
import type { Part } from './read-parts.ts';
import { roundTo, stepOf } from './round.ts';
import { vertexColours } from './vertex-colours.ts';
import { weldParts } from './weld.ts';
import { zip } from './zip.ts';

const core = 'http://schemas.microsoft.com/3dmanufacturing/core/2015/02';
const materials = 'http://schemas.microsoft.com/3dmanufacturing/material/2015/02';
const relationship = 'http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel';
const packageNames = 'http://schemas.openxmlformats.org/package/2006';
const xml = '<?xml version="1.0" encoding="UTF-8"?>\n';

/**
 * 3MF: one welded object with a colour at each corner of each triangle (core specification 1.3, materials extension 1.2).
 * The parts are in millimetres, Z up. Colours rather than the texture, because slicers read those or nothing.
 */
export async function writeThreeMf(parts: Part[]): Promise<Uint8Array> {
  const colours = await Promise.all(parts.map(vertexColours));
  return zip(
    [
      { name: '[Content_Types].xml', bytes: encode(contentTypes()) },
      { name: '_rels/.rels', bytes: encode(relationships()) },
      { name: '3D/3dmodel.model', bytes: encode(describeModel(parts, colours)) },
    ],
    { compress: true, alignment: 1 },
  );
}

function contentTypes(): string {
  return `${xml}<Types xmlns="${packageNames}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>
</Types>
`;
}

function relationships(): string {
  return `${xml}<Relationships xmlns="${packageNames}/relationships">
<Relationship Id="model" Target="/3D/3dmodel.model" Type="${relationship}"/>
</Relationships>
`;
}

function describeModel(parts: readonly Part[], colours: readonly Uint8Array[]): string {
  const step = stepOf(parts);
  const { points, triangles } = weldParts(parts);
  const palette = paletteOf(parts, colours);
  // The corner that build plates count from is that of the box: what is printed lies beyond it, whatever its origin.
  const { low } = boxOf(points);
  const place = low.map((value) => roundTo(0 - value, step)).join(' ');
  return `${xml}<model unit="millimeter" xml:lang="en" xmlns="${core}" xmlns:m="${materials}">
<metadata name="Application">image2model</metadata>
<resources>
<m:colorgroup id="1">
${palette.colours.map((colour) => `<m:color color="${colour}"/>`).join('\n')}
</m:colorgroup>
<object id="2" type="model" name="model" pid="1" pindex="0">
<mesh>
<vertices>
${vertexLines(points, step).join('\n')}
</vertices>
<triangles>
${triangleLines(triangles, palette.corners).join('\n')}
</triangles>
</mesh>
</object>
</resources>
<build>
<item objectid="2" transform="1 0 0 0 1 0 0 0 1 ${place}"/>
</build>
</model>
`;
}

function vertexLines(points: Float32Array, step: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < points.length; at += 3) {
    const [x, y, z] = [points[at]!, points[at + 1]!, points[at + 2]!].map((value) => roundTo(value, step));
    lines.push(`<vertex x="${x}" y="${y}" z="${z}"/>`);
  }
  return lines;
}

/** Triangles with two corners at one position are not allowed; without them, their neighbours meet. */
function triangleLines(triangles: Uint32Array, corners: Uint32Array): string[] {
  const lines: string[] = [];
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!];
    if (a === b || b === c || c === a) continue;
    const colours = `p1="${corners[t]!}" p2="${corners[t + 1]!}" p3="${corners[t + 2]!}"`;
    lines.push(`<triangle v1="${a}" v2="${b}" v3="${c}" pid="1" ${colours}/>`);
  }
  return lines;
}

/** The colours that occur, and which of them is at each corner of each triangle. */
function paletteOf(
  parts: readonly Part[],
  colours: readonly Uint8Array[],
): { colours: string[]; corners: Uint32Array } {
  const known = new Map<number, number>();
  const corners = new Uint32Array(parts.reduce((sum, { triangles }) => sum + triangles.length, 0));
  let corner = 0;
  for (const [n, { triangles }] of parts.entries()) {
    const bytes = colours[n]!;
    for (const v of triangles) {
      const colour = (bytes[3 * v]! << 16) | (bytes[3 * v + 1]! << 8) | bytes[3 * v + 2]!;
      const index = known.get(colour) ?? known.size;
      known.set(colour, index);
      corners[corner++] = index;
    }
  }
  const names = [...known.keys()].map((colour) => `#${colour.toString(16).padStart(6, '0').toUpperCase()}`);
  return { colours: names, corners };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
