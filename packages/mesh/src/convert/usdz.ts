import sharp from 'sharp';
import { extensionOf } from './image-name.ts';
import type { Part } from './read-parts.ts';
import { roundTo, stepOf } from './round.ts';
import { zip } from './zip.ts';
import type { Entry } from './zip.ts';

/** What directions, colours and texture coordinates are rounded to. */
const fine = 1e-6;

/** USDZ: a text layer and its textures, stored uncompressed at multiples of 64 bytes (USDZ specification 1.3). */
export async function writeUsdz(parts: Part[]): Promise<Uint8Array> {
  const images: Entry[] = [];
  const scopes: string[] = [];
  const step = stepOf(parts);
  for (const [n, part] of parts.entries()) {
    let texture: string | undefined;
    if (part.image) {
      const supported = part.image.mimeType !== 'image/webp';
      texture = `textures/skin${n}.${supported ? extensionOf(part.image.mimeType) : 'png'}`;
      const bytes = supported ? part.image.bytes : new Uint8Array(await sharp(part.image.bytes).png().toBuffer());
      images.push({ name: texture, bytes });
    }
    scopes.push(describeMesh(part, n, step), describeMaterial(part, n, texture));
  }
  const layer = `#usda 1.0
(
    defaultPrim = "model"
    metersPerUnit = 1
    upAxis = "Y"
)

def Xform "model" (
    kind = "component"
)
{
${scopes.join('\n')}
}
`;
  // The layer must be the first file of the package.
  return zip([{ name: 'model.usda', bytes: new TextEncoder().encode(layer) }, ...images], {
    compress: false,
    alignment: 64,
  });
}

function describeMesh(part: Part, n: number, step: number): string {
  const { positions, normals, uvs, triangles } = part;
  const extra = [
    normals &&
      `        normal3f[] normals = ${tuples(normals, 3, fine)} (
            interpolation = "vertex"
        )`,
    // USD counts texture coordinates from the bottom left.
    uvs &&
      `        texCoord2f[] primvars:st = ${tuples(
        uvs.map((value, i) => (i % 2 === 1 ? 1 - value : value)),
        2,
        fine,
      )} (
            interpolation = "vertex"
        )`,
  ].filter((line) => line !== undefined);
  return `    def Mesh "part${n}" (
        prepend apiSchemas = ["MaterialBindingAPI"]
    )
    {
        int[] faceVertexCounts = [${Array.from({ length: triangles.length / 3 }, () => 3).join(', ')}]
        int[] faceVertexIndices = [${triangles.join(', ')}]
        point3f[] points = ${tuples(positions, 3, step)}
${extra.join('\n')}
        uniform token subdivisionScheme = "none"
        rel material:binding = </model/skin${n}>
    }`;
}

function describeMaterial({ colour }: Part, n: number, texture: string | undefined): string {
  const path = `/model/skin${n}`;
  const diffuse = texture
    ? `color3f inputs:diffuseColor.connect = <${path}/texture.outputs:rgb>`
    : `color3f inputs:diffuseColor = (${colour.map(round).join(', ')})`;
  const shaders = texture
    ? `
        def Shader "reader"
        {
            uniform token info:id = "UsdPrimvarReader_float2"
            string inputs:varname = "st"
            float2 outputs:result
        }
        def Shader "texture"
        {
            uniform token info:id = "UsdUVTexture"
            asset inputs:file = @${texture}@
            float2 inputs:st.connect = <${path}/reader.outputs:result>
            float4 inputs:scale = (${colour.map(round).join(', ')}, 1)
            token inputs:sourceColorSpace = "sRGB"
            token inputs:wrapS = "clamp"
            token inputs:wrapT = "clamp"
            float3 outputs:rgb
        }`
    : '';
  return `    def Material "skin${n}"
    {
        token outputs:surface.connect = <${path}/surface.outputs:surface>
        def Shader "surface"
        {
            uniform token info:id = "UsdPreviewSurface"
            ${diffuse}
            float inputs:metallic = 0
            float inputs:roughness = 0.9
            token outputs:surface
        }${shaders}
    }`;
}

function tuples(values: Float32Array, size: number, step: number): string {
  const parts: string[] = [];
  for (let at = 0; at < values.length; at += size) {
    parts.push(`(${Array.from(values.subarray(at, at + size), (value) => roundTo(value, step)).join(', ')})`);
  }
  return `[${parts.join(', ')}]`;
}

function round(value: number): number {
  return roundTo(value, fine);
}
