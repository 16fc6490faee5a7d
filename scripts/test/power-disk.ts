import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fillDisk, freeDisk } from './ballast.ts';
import { loseUnsynced } from './lose-unsynced.ts';

const run = promisify(execFile);
const defaultSizeBytes = 64 * 1024 * 1024;

/** Whether an imitated cut takes something away; elsewhere it is nothing but the kill before it. */
export const canImitateCuts = process.platform === 'linux';

/** A disk whose power can be cut, and that can be filled. */
export interface PowerDisk {
  directory: string;
  /**
   * Whether it is a file system of its own, which only root can mount. Otherwise nothing can be filled, and a cut is an
   * imitation: see `lose-unsynced.ts` for what it does not see.
   */
  isReal: boolean;
  /** Arguments of Node for whoever writes to it. */
  nodeArguments: readonly string[];
  /** Cuts the power, and turns it on again. Whoever wrote to it must have been killed before. */
  cut(): Promise<void>;
  /** Leaves so many bytes free. */
  fill(leaveBytes: number): Promise<void>;
  free(): Promise<void>;
  /** May be called twice. */
  remove(): Promise<void>;
}

/** Whether this user may mount a disk whose power can be cut. */
export async function canCutPower(): Promise<boolean> {
  const disk = await createPowerDisk();
  await disk.remove();
  return disk.isReal;
}

/** A real one is removed even when whoever made it is killed. `imitate` asks for an imitation in any case. */
export async function createPowerDisk(sizeBytes = defaultSizeBytes, { imitate = false } = {}): Promise<PowerDisk> {
  const base = await mkdtemp(join(tmpdir(), 'image2model-power-'));
  const real = imitate ? undefined : await createLoopDisk(base, sizeBytes);
  return real ?? (await createImitation(base));
}

/**
 * An ext4 on a loop device, whose image lies in memory so that syncs are quick. It commits nothing by itself for an hour
 * (`commit`), so that what nobody synced is not on it. The cut is ext4's own: from one instant to the next nothing
 * reaches the device any more, neither data nor the journal, and the next mount recovers from what is there.
 */
async function createLoopDisk(base: string, sizeBytes: number): Promise<PowerDisk | undefined> {
  const [memory, disk] = [join(base, 'memory'), join(base, 'disk')];
  const image = join(memory, 'image');
  await mkdir(memory);
  await mkdir(disk);
  const remove = startJanitor([disk, memory], base);
  const mount = async () => await run('mount', ['-o', 'loop,noatime,commit=3600', image, disk]);
  try {
    // Room for what ext4 says of the image beside it.
    await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes + 1024 * 1024}`, 'tmpfs', memory]);
    const handle = await open(image, 'w');
    await handle.truncate(sizeBytes);
    await handle.close();
    const features = ['-b', '4096', '-m', '0', '-J', 'size=8', '-E', 'lazy_itable_init=0,lazy_journal_init=0'];
    await run('mkfs.ext4', ['-q', '-F', ...features, image]);
    await mount();
    await shutDown(disk);
    await run('umount', [disk]);
    await mount();
  } catch {
    await remove();
    await mkdir(base, { recursive: true });
    return undefined;
  }
  const directory = join(disk, 'data');
  const ballast = join(disk, 'ballast');
  let isFilled = false;
  await mkdir(directory);
  // As a disk on which the folder was made long ago.
  await run('sync', ['-f', directory]);
  return {
    directory,
    isReal: true,
    nodeArguments: [],
    async cut() {
      await shutDown(disk);
      await run('umount', [disk]);
      await mount();
      // Nobody has synced its removal either.
      if (!isFilled) await freeDisk(ballast);
    },
    async fill(leaveBytes) {
      isFilled = true;
      await fillDisk(ballast, leaveBytes);
    },
    async free() {
      isFilled = false;
      await freeDisk(ballast);
    },
    remove,
  };
}

/** `EXT4_IOC_SHUTDOWN` with `EXT4_GOING_FLAGS_NOLOGFLUSH`: Node has no ioctl, and Perl is on each Debian. */
async function shutDown(disk: string): Promise<void> {
  const program = `open(my $f, '<', $ARGV[0]) or die $!; my $flags = pack('L', 2); ioctl($f, 0x8004587d, $flags) or die $!`;
  await run('perl', ['-e', program, disk]);
}

/**
 * Unmounts and removes when it is told to, or when this process is gone, however that died: a process of its own, which
 * waits for the end of its standard input.
 */
function startJanitor(mounted: readonly string[], base: string): () => Promise<void> {
  // Lazily where a server is still on its way out.
  const unmount = mounted.map((path) => `umount '${path}' || umount -l '${path}'`);
  const script = ['cat > /dev/null', ...unmount, `rm -rf '${base}'`].join('\n');
  const janitor = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const gone = once(janitor, 'exit');
  return async () => {
    janitor.stdin.end();
    await gone;
  };
}

/** On other systems than Linux it loses nothing: see `note-syncs.ts`. */
async function createImitation(base: string): Promise<PowerDisk> {
  const directory = join(base, 'data');
  const record = join(base, 'synced');
  await mkdir(directory);
  const preload = new URL('note-syncs.ts', import.meta.url);
  preload.searchParams.set('record', record);
  return {
    directory,
    isReal: false,
    nodeArguments: canImitateCuts ? ['--import', preload.href] : [],
    async cut() {
      if (canImitateCuts) loseUnsynced(directory, record);
    },
    fill: () => Promise.reject(new Error('only a disk of its own can be filled')),
    free: () => Promise.resolve(),
    remove: () => rm(base, { recursive: true, force: true }),
  };
}
