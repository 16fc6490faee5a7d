/** Pictures drawn in code, for tests, the gallery and the benchmark. */
import sharp from 'sharp';

/** An SVG as a PNG, transparent where nothing is drawn unless there is a `background`. */
export async function draw(width: number, height: number, body: string, background?: string): Promise<Uint8Array> {
  const fill = background ? `<rect width="${width}" height="${height}" fill="${background}"/>` : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${defs}${fill}${body}</svg>`;
  const png = await sharp(Buffer.from(svg)).png({ compressionLevel: 3 }).toBuffer();
  return new Uint8Array(png);
}

export function disc(side: number, radius: number, background?: string): Promise<Uint8Array> {
  return draw(side, side, `<circle cx="${side / 2}" cy="${side / 2}" r="${radius}" fill="#c33"/>`, background);
}

export function ring(side: number, background?: string): Promise<Uint8Array> {
  const [c, r] = [side / 2, side * 0.32];
  return draw(
    side,
    side,
    `<circle cx="${c}" cy="${c}" r="${r}" fill="none" stroke="#27a" stroke-width="${side * 0.14}"/>`,
    background,
  );
}

/** A chair from the front, with slats and four legs: several holes and thin parts. */
export function chair(side: number, background?: string): Promise<Uint8Array> {
  return draw(
    side,
    side,
    `<g transform="scale(${side / 100})" fill="url(#wood)">
      <rect x="28" y="8" width="44" height="7" rx="3"/>
      <rect x="30" y="10" width="4" height="44"/><rect x="66" y="10" width="4" height="44"/>
      <rect x="40" y="12" width="2.4" height="40"/><rect x="48.8" y="12" width="2.4" height="40"/><rect x="57.6" y="12" width="2.4" height="40"/>
      <rect x="24" y="50" width="52" height="9" rx="3"/>
      <rect x="26" y="56" width="5" height="38"/><rect x="69" y="56" width="5" height="38"/>
      <rect x="36" y="56" width="3.4" height="30"/><rect x="60.6" y="56" width="3.4" height="30"/>
      <rect x="28" y="74" width="44" height="2"/>
    </g>`,
    background,
  );
}

/** A shaded ball on white with a soft shadow under it, like a product photo. */
export function shadedBall(side: number): Promise<Uint8Array> {
  return draw(
    side,
    side,
    `<g transform="scale(${side / 100})">
      <ellipse cx="54" cy="82" rx="34" ry="7" fill="#000" opacity="0.45" filter="url(#soft)"/>
      <circle cx="50" cy="50" r="33" fill="url(#ball)"/>
    </g>`,
    '#fbfbf9',
  );
}

/** A mug with a handle on a grey gradient. */
export function mug(side: number): Promise<Uint8Array> {
  return draw(
    side,
    side,
    `<rect width="${side}" height="${side}" fill="url(#studio)"/>
    <g transform="scale(${side / 100})">
      <ellipse cx="48" cy="80" rx="30" ry="4" fill="#000" opacity="0.35" filter="url(#soft)"/>
      <path d="M66 38 C 88 34, 88 68, 64 66" fill="none" stroke="url(#glaze)" stroke-width="6"/>
      <path d="M26 26 L 70 26 L 66 76 Q 48 84 30 76 Z" fill="url(#glaze)"/>
      <ellipse cx="48" cy="26" rx="22" ry="5" fill="#123a4c"/>
      <path d="M34 44 h28 v4 h-28z M36 54 h24 v4 h-24z" fill="#f5e9c8"/>
    </g>`,
  );
}

/** Several parts, some of them letters with holes. */
export function logo(side: number, background?: string): Promise<Uint8Array> {
  return draw(
    side,
    side,
    `<g transform="scale(${side / 100})" fill="none" stroke-width="9">
      <circle cx="50" cy="24" r="13" stroke="#e23"/><circle cx="27" cy="56" r="13" stroke="#2a6"/><circle cx="73" cy="56" r="13" stroke="#27d"/>
      <g stroke="#222" stroke-width="3.4">
        <path d="M14 94 V80 H22 V87 H14"/><circle cx="34" cy="88" r="5.4"/><path d="M46 94 V76"/><circle cx="52" cy="88" r="5"/>
        <path d="M66 82 V94"/><path d="M76 94 V83 M76 86 Q82 80 86 86 V94"/></g><circle cx="66" cy="77" r="2.2" fill="#222" stroke="none"/>
    </g>`,
    background,
  );
}

/** Spokes from ten pixels wide down to one. */
export function thin(side: number): Promise<Uint8Array> {
  const spokes = Array.from({ length: 8 }, (_, i) => {
    const a = (i * Math.PI) / 4;
    const [x, y] = [side / 2 + Math.cos(a) * side * 0.42, side / 2 + Math.sin(a) * side * 0.42];
    return `<line x1="${side / 2}" y1="${side / 2}" x2="${x}" y2="${y}" stroke="#552" stroke-width="${10 - i * 1.2}"/>`;
  }).join('');
  const c = side / 2;
  return draw(
    side,
    side,
    `${spokes}<circle cx="${c}" cy="${c}" r="${side * 0.42}" fill="none" stroke="#333" stroke-width="12"/><circle cx="${c}" cy="${c}" r="${side * 0.08}" fill="#a52"/>`,
  );
}

/** Texture everywhere, no object. Another seed gives another one. */
export async function noise(width: number, height: number, seed = 0): Promise<Uint8Array> {
  const random = numbers(12_345 + seed);
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = random() >>> 24;
  return new Uint8Array(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .blur(2.5)
      .normalise()
      .png()
      .toBuffer(),
  );
}

/** A scanned page: lines of words on white paper. */
export function textPage(width: number, height: number, seed = 0): Promise<Uint8Array> {
  const random = numbers(7 + seed);
  const share = (): number => (random() >>> 8) / 16_777_216;
  const size = Math.max(8, Math.round((0.018 + 0.012 * (seed % 3)) * height));
  const words: string[] = [];
  for (let y = 2 * size; y < height - 2 * size; y += 1.5 * size) {
    for (let x = 2 * size; x < width - 3 * size;) {
      const letters = 2 + Math.floor(7 * share());
      for (let n = 0; n < letters && x < width - 2 * size; n++) {
        const tall = share() < 0.3 ? 1 : 0.65;
        const box = `x="${x}" y="${y - tall * size * 0.7}" width="${0.38 * size}" height="${tall * size * 0.7}"`;
        words.push(`<rect ${box} fill="none" stroke="#222" stroke-width="${0.12 * size}"/>`);
        x += 0.55 * size;
      }
      x += 0.4 * size;
    }
  }
  return draw(width, height, words.join(''), '#f7f5ef');
}

/** A night sky with hundreds of stars. */
export function starrySky(width: number, height: number, seed = 0): Promise<Uint8Array> {
  const random = numbers(99 + seed);
  const share = (): number => (random() >>> 8) / 16_777_216;
  const stars = Array.from({ length: 260 }, () => {
    const radius = (0.0012 + 0.006 * share() ** 4) * Math.max(width, height);
    return `<circle cx="${share() * width}" cy="${share() * height}" r="${radius}" fill="#fff" opacity="${0.4 + 0.6 * share()}"/>`;
  });
  return draw(width, height, stars.join(''), '#0a0e1c');
}

/** In a square of 100. */
export const vaseOutline = 'M40 16 h20 l-3 12 q22 12 18 36 q-4 22 -25 24 q-21 -2 -25 -24 q-4 -24 18 -36 z';

/** A striped vase without a ground; its outline alone where there is a colour. */
export function vase(side: number, colour?: string): Promise<Uint8Array> {
  const stripes = [30, 42, 54, 66, 78].map((y) => `<rect x="20" y="${y}" width="60" height="4" fill="#f4e3b0"/>`);
  const drawn = colour
    ? `<path d="${vaseOutline}" fill="${colour}"/>`
    : `<clipPath id="vase"><path d="${vaseOutline}"/></clipPath><path d="${vaseOutline}" fill="url(#glaze)"/><g clip-path="url(#vase)">${stripes.join('')}</g>`;
  return draw(side, side, `<g transform="scale(${side / 100})">${drawn}</g>`);
}

/** Lights and leaves far out of focus. */
export async function blurredGround(side: number): Promise<Uint8Array> {
  const colours = ['#1f7a4d', '#f2d06b', '#2d5c88', '#d8efe6', '#3b1f52', '#49a0b8'];
  const blobs = Array.from({ length: 22 }, (_, n) => {
    const [x, y, r] = [(37 * n * n + 11 * n) % 100, (53 * n + 7 * n * n) % 100, 8 + ((5 * n) % 13)];
    return `<circle cx="${x}" cy="${y}" r="${r}" fill="${colours[n % colours.length]}"/>`;
  });
  const sharpOne = await draw(side, side, `<g transform="scale(${side / 100})">${blobs.join('')}</g>`, '#355');
  return new Uint8Array(
    await sharp(sharpOne)
      .blur(0.025 * side)
      .png()
      .toBuffer(),
  );
}

/** One picture on top of another of the same size, with a camera's noise, as a JPEG. */
export async function photograph(ground: Uint8Array, ...objects: Uint8Array[]): Promise<Uint8Array> {
  const laid = await sharp(ground)
    .composite(objects.map((object) => ({ input: Buffer.from(object) })))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const random = numbers(3);
  const { width, height } = laid.info;
  for (let i = 0; i < laid.data.length; i++) {
    const grain = ((random() >>> 16) % 9) + ((random() >>> 16) % 9) - 8;
    laid.data[i] = Math.min(255, Math.max(0, laid.data[i]! + grain / 2));
  }
  return new Uint8Array(
    await sharp(laid.data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 88 })
      .toBuffer(),
  );
}

/** A linear congruential generator: the same numbers for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0);
}

const defs = `<defs>
  <radialGradient id="ball" cx="0.36" cy="0.3" r="0.8"><stop offset="0" stop-color="#ffd9a0"/><stop offset="0.4" stop-color="#e8842c"/><stop offset="1" stop-color="#6b2408"/></radialGradient>
  <linearGradient id="wood" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#b5763a"/><stop offset="1" stop-color="#5f3413"/></linearGradient>
  <linearGradient id="glaze"><stop offset="0" stop-color="#1f6f8b"/><stop offset="0.35" stop-color="#5fb3cc"/><stop offset="1" stop-color="#164b5e"/></linearGradient>
  <linearGradient id="studio" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#d9dadd"/><stop offset="0.7" stop-color="#eeeef0"/><stop offset="1" stop-color="#c4c5c9"/></linearGradient>
  <filter id="soft" x="-50%" y="-200%" width="200%" height="500%"><feGaussianBlur stdDeviation="3"/></filter>
</defs>`;
