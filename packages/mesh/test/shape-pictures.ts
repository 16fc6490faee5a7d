/** Cut-outs of known bodies, drawn in code, for tests of what an outline becomes. */
import { draw } from './pictures.ts';

const shades = `<defs>
  <linearGradient id="turned"><stop offset="0" stop-color="#143"/><stop offset="0.3" stop-color="#7d9"/><stop offset="0.55" stop-color="#3a6"/><stop offset="1" stop-color="#021"/></linearGradient>
  <radialGradient id="orb" cx="0.4" cy="0.35" r="0.7"><stop offset="0" stop-color="#fdb"/><stop offset="0.5" stop-color="#e72"/><stop offset="1" stop-color="#520"/></radialGradient>
</defs>`;

/** A bottle with a label, on an axis leaning by `tilt` degrees. */
export function bottle(side: number, tilt = 0): Promise<Uint8Array> {
  return draw(
    side,
    side,
    `${shades}<g transform="scale(${side / 100}) rotate(${tilt} 50 50)">
      <path d="M45 6 h10 v16 c0 8 11 10 11 20 v46 q0 4 -4 4 h-24 q-4 0 -4 -4 v-46 c0 -10 11 -12 11 -20 z" fill="url(#turned)"/></g>`,
  );
}

export function ball(side: number): Promise<Uint8Array> {
  return draw(side, side, `${shades}<circle cx="${side / 2}" cy="${side / 2}" r="${side * 0.42}" fill="url(#orb)"/>`);
}

/** A coin: even light, a raised rim and letters. */
export function coin(side: number): Promise<Uint8Array> {
  const letters = Array.from(
    { length: 16 },
    (_, k) =>
      `<g transform="rotate(${22.5 * k} 50 50)"><path d="M47 16 h6 v2 h-4 v3 h4 v6 h-6 v-2 h4 v-3 h-4 z" fill="#543"/></g>`,
  ).join('');
  return draw(
    side,
    side,
    `<g transform="scale(${side / 100})"><circle cx="50" cy="50" r="43" fill="#b98"/><circle cx="50" cy="50" r="39" fill="none" stroke="#654" stroke-width="1.5"/>${letters}
      <path d="M38 36 h24 v6 h-9 v24 h-6 v-24 h-9 z M36 70 h28 v3 h-28z M44 44 h3 v20 h-3z" fill="#432"/></g>`,
  );
}

/** A sign with a word on it. */
export function sign(side: number): Promise<Uint8Array> {
  return draw(
    side,
    side,
    `<g transform="scale(${side / 100})"><path d="M32 6 h36 l26 26 v36 l-26 26 h-36 l-26 -26 v-36 z" fill="#c22"/>
      <path d="M18 40 h12 v4 h-8 v4 h8 v12 h-12 v-4 h8 v-4 h-8z M34 40 h14 v4 h-5 v16 h-4 v-16 h-5z M52 40 h12 v20 h-12z M68 40 h12 v12 h-8 v8 h-4z" fill="#fff"/></g>`,
  );
}

/** A spanner: long, with straight sides and a hole. */
export function spanner(side: number): Promise<Uint8Array> {
  return draw(
    side,
    side,
    `<g transform="scale(${side / 100}) rotate(30 50 50)"><path fill-rule="evenodd" d="M8 38 h16 v7 h50 v-8 h18 v9 h-9 v8 h9 v9 h-18 v-8 h-50 v7 h-16 z M13 46 h6 v8 h-6z" fill="#889"/></g>`,
  );
}

const light = `<defs>
  <radialGradient id="bright" cx="0.42" cy="0.36" r="0.7"><stop offset="0" stop-color="#fff" stop-opacity="0.5"/><stop offset="0.3" stop-color="#fff" stop-opacity="0"/></radialGradient>
  <radialGradient id="shade" cx="0.42" cy="0.36" r="0.75"><stop offset="0.3" stop-color="#000" stop-opacity="0"/><stop offset="0.75" stop-color="#000" stop-opacity="0.35"/><stop offset="1" stop-color="#000" stop-opacity="0.75"/></radialGradient>
</defs>`;

/** Dark patches on white, in the shade of a ball. */
export function soccerBall(side: number): Promise<Uint8Array> {
  const patch = (x: number, y: number, r: number): string =>
    `<path d="M${x} ${y - r} l${0.95 * r} ${0.69 * r} l${-0.36 * r} ${1.12 * r} h${-1.18 * r} l${-0.36 * r} ${-1.12 * r} z" fill="#222"/>`;
  const patches = [
    patch(50, 49, 11),
    patch(50, 14, 8),
    patch(84, 38, 8),
    patch(71, 77, 8),
    patch(29, 77, 8),
    patch(16, 38, 8),
  ];
  return draw(
    side,
    side,
    `${light}<g transform="scale(${side / 100})"><clipPath id="rim"><circle cx="50" cy="50" r="43"/></clipPath>
      <circle cx="50" cy="50" r="43" fill="#eee"/><g clip-path="url(#rim)">${patches.join('')}</g>
      <circle cx="50" cy="50" r="43" fill="url(#shade)"/><circle cx="50" cy="50" r="43" fill="url(#bright)"/></g>`,
  );
}

/** Stripes of clouds, darker towards the rim. */
export function planet(side: number): Promise<Uint8Array> {
  const stripes = Array.from(
    { length: 9 },
    (_, k) =>
      `<rect x="0" y="${8 + 10 * k}" width="100" height="${3 + (k % 3) * 2}" fill="${k % 2 ? '#864' : '#c96'}"/>`,
  ).join('');
  return draw(
    side,
    side,
    `${light}<g transform="scale(${side / 100})"><clipPath id="rim"><circle cx="50" cy="50" r="44"/></clipPath>
      <circle cx="50" cy="50" r="44" fill="#dba"/><g clip-path="url(#rim)">${stripes}</g><circle cx="50" cy="50" r="44" fill="url(#shade)"/></g>`,
  );
}

/** With a dip and a stalk. */
export function apple(side: number): Promise<Uint8Array> {
  return draw(
    side,
    side,
    `${light}<g transform="scale(${side / 100})"><path d="M50 22 C60 10 90 14 90 46 C90 74 70 94 58 92 Q50 89 42 92 C30 94 10 74 10 46 C10 14 40 10 50 22 z" fill="#c32"/>
      <path d="M50 22 C60 10 90 14 90 46 C90 74 70 94 58 92 Q50 89 42 92 C30 94 10 74 10 46 C10 14 40 10 50 22 z" fill="url(#shade)"/>
      <ellipse cx="36" cy="36" rx="9" ry="6" fill="#fff" opacity="0.5"/><path d="M49 26 q0 -12 5 -18 l3 2 q-5 6 -5 16 z" fill="#531"/></g>`,
  );
}

/** A disc in even light, with lines of print. */
export function printedDisc(side: number): Promise<Uint8Array> {
  const lines = [32, 42, 52, 62].map((y) =>
    Array.from(
      { length: 11 },
      (_, k) => `<path d="M${23 + 5 * k} ${y} h3 v${2 + ((k * 7 + y) % 3)} h-2 v3 h-1 z" fill="#223"/>`,
    ).join(''),
  );
  return draw(
    side,
    side,
    `<g transform="scale(${side / 100})"><circle cx="50" cy="50" r="44" fill="#ddc"/><circle cx="50" cy="50" r="38" fill="none" stroke="#997" stroke-width="1"/>${lines.join('')}</g>`,
  );
}

/** As symmetric as a bottle, but flat: the light is the same everywhere. */
export function guitar(side: number): Promise<Uint8Array> {
  const strings = [47.6, 48.8, 50, 51.2, 52.4].map((x) => `<path d="M${x} 10 v66" stroke="#ddd" stroke-width="0.4"/>`);
  const frets = Array.from(
    { length: 12 },
    (_, k) => `<path d="M47 ${14 + 3 * k} h6" stroke="#ccb" stroke-width="0.5"/>`,
  );
  return draw(
    side,
    side,
    `<g transform="scale(${side / 100})"><path d="M46 4 h8 v8 h-1 v38 c6 -3 15 0 15 8 c0 5 -4 6 -4 10 c0 5 7 6 7 15 c0 10 -10 14 -21 14 c-11 0 -21 -4 -21 -14 c0 -9 7 -10 7 -15 c0 -4 -4 -5 -4 -10 c0 -8 9 -11 15 -8 v-38 h-1 z" fill="#c84"/>
      <path d="M47 12 h6 v48 h-6 z" fill="#421"/><circle cx="50" cy="66" r="6" fill="#210"/><rect x="43" y="80" width="14" height="3" fill="#421"/>${strings.join('')}${frets.join('')}</g>`,
  );
}

/** In a frame, with words on it. */
export function blackboard(side: number): Promise<Uint8Array> {
  const words = Array.from(
    { length: 14 },
    (_, k) => `<path d="M${18 + 9 * (k % 7)} ${k < 7 ? 40 : 55} q2 -5 4 0 t4 0" stroke="#eee" fill="none"/>`,
  ).join('');
  return draw(
    side,
    side,
    `<g transform="scale(${side / 100})"><rect x="6" y="20" width="88" height="60" fill="#a85"/><rect x="10" y="24" width="80" height="52" fill="#132"/>${words}</g>`,
  );
}

/** A head with eyes and a mouth in the middle, and hair around it. */
export function head(side: number): Promise<Uint8Array> {
  return draw(
    side,
    side,
    `<g transform="scale(${side / 100})"><ellipse cx="50" cy="50" rx="36" ry="43" fill="#742"/><ellipse cx="50" cy="52" rx="25" ry="32" fill="#ebc"/>
      <circle cx="40" cy="44" r="4.5" fill="#111"/><circle cx="60" cy="44" r="4.5" fill="#111"/><path d="M47 50 h6 v9 h-6z" fill="#b76"/><path d="M38 68 h24 v5 h-24z" fill="#a11"/>
      <path d="M34 36 h12 v3 h-12z M54 36 h12 v3 h-12z" fill="#311"/></g>`,
  );
}
