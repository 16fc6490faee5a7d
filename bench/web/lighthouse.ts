import lighthouse, { desktopConfig, type Result } from 'lighthouse';
import { launchBrowser } from '../../e2e/support/chromium.ts';
import { freePort } from '../../scripts/test/free-port.ts';

const categories = ['performance', 'accessibility', 'best-practices', 'seo'] as const;
type Category = (typeof categories)[number];

/** What Lighthouse says of one page, as one kind of device. */
export interface Audit {
  page: string;
  device: 'mobile' | 'desktop';
  /** 0 to 100. */
  scores: Record<Category, number>;
  layoutShift: number;
  largestPaintMs: number;
  blockingMs: number;
  /** What cost points, by the names of Lighthouse's audits. */
  lost: string[];
}

/** Loads each page anew, on a slow phone and on a desktop, as Lighthouse imagines them. About ten seconds each. */
export async function auditPages(pages: Readonly<Record<string, string>>): Promise<Audit[]> {
  const port = await freePort();
  const browser = await launchBrowser({ args: [`--remote-debugging-port=${port}`] });
  const audits: Audit[] = [];
  try {
    for (const [page, url] of Object.entries(pages)) {
      for (const device of ['mobile', 'desktop'] as const) {
        audits.push({ page, device, ...(await audit(url, device, port)) });
        process.stderr.write(`Lighthouse, ${device}: ${page}\n`);
      }
    }
  } finally {
    await browser.close();
  }
  return audits;
}

async function audit(url: string, device: Audit['device'], port: number): Promise<Omit<Audit, 'page' | 'device'>> {
  const lhr = await load(url, device, port);
  const score = (category: Category) => Math.round((lhr.categories[category]?.score ?? 0) * 100);
  const value = (name: string) => lhr.audits[name]?.numericValue ?? Number.NaN;
  const weighed = categories.flatMap((category) => lhr.categories[category]?.auditRefs ?? []);
  const lost = weighed.filter(({ id, weight }) => weight > 0 && (lhr.audits[id]?.score ?? 1) < 0.9).map(({ id }) => id);
  return {
    scores: {
      performance: score('performance'),
      accessibility: score('accessibility'),
      'best-practices': score('best-practices'),
      seo: score('seo'),
    },
    layoutShift: value('cumulative-layout-shift'),
    largestPaintMs: value('largest-contentful-paint'),
    blockingMs: value('total-blocking-time'),
    lost,
  };
}

/** On a busy machine the browser sometimes loses the beginning of a recording; Lighthouse then says to run it again. */
async function load(url: string, device: Audit['device'], port: number): Promise<Result> {
  const flags = { port, logLevel: 'error' as const, onlyCategories: [...categories] };
  let problem = 'nothing';
  for (let tries = 0; tries < 3; tries += 1) {
    const result = await lighthouse(url, flags, device === 'desktop' ? desktopConfig : undefined);
    if (result && !result.lhr.runtimeError) return result.lhr;
    problem = result?.lhr.runtimeError?.message ?? problem;
  }
  throw new Error(`Lighthouse gave no report of ${url}: ${problem}`);
}
