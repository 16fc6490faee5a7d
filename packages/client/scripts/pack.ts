import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import ts from 'typescript';

// Makes the npm package: one ES module, its types, and a manifest without the workspace. Prints the tarball's path.
//   node packages/client/scripts/pack.ts [directory]

const home = join(import.meta.dirname, '..');
const root = join(home, '../..');
const source = join(home, 'src/index.ts');
const protocol = join(root, 'packages/protocol/src/index.ts');

/** Stages the package in a directory, which it empties first, and packs it there. Returns the path of the tarball. */
export async function pack(stage: string): Promise<string> {
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(join(stage, 'types'), { recursive: true });
  await writeModule(stage);
  writeTypes(stage);
  writeManifest(stage);
  for (const file of ['README.md', 'LICENSE']) cpSync(join(file === 'LICENSE' ? root : home, file), join(stage, file));
  const output = execFileSync('npm', ['pack', '--json', '--silent'], { cwd: stage, encoding: 'utf8' });
  const [packed] = Object.values(JSON.parse(output) as Record<string, { filename: string }>);
  return join(stage, packed?.filename ?? '');
}

/** Bundles the client with the parts of the protocol that it uses, without the schemas. */
async function writeModule(stage: string): Promise<void> {
  const bundle = await rolldown({ input: source, platform: 'neutral', external: ['eventsource-parser'] });
  await bundle.write({ file: join(stage, 'index.js'), format: 'esm' });
  await bundle.close();
}

/**
 * Writes the client's declarations as they are and the protocol's types in full: in the source they are inferred from
 * schemas, and users should not have to install the schema library.
 */
function writeTypes(stage: string): void {
  const program = ts.createProgram([source, protocol], {
    ...readOptions(),
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: join(home, 'src'),
    outDir: join(stage, 'types'),
  });
  const checker = program.getTypeChecker();
  program.emit(undefined, (path, text) => {
    if (path.startsWith(join(stage, 'types'))) writeFile(path, asPublished(text, path, stage));
  });
  writeFile(join(stage, 'types/protocol.d.ts'), protocolTypes(program, checker));
}

function readOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  return ts.parseJsonConfigFileContent(config, ts.sys, root).options;
}

function asPublished(text: string, path: string, stage: string): string {
  const up = path.startsWith(join(stage, 'types/api')) ? '..' : '.';
  return text
    .replaceAll(/(from '|import\(')(\.[^']*)\.ts'/g, "$1$2.js'")
    .replaceAll("'@image2model/protocol'", `'${up}/protocol.js'`);
}

function protocolTypes(program: ts.Program, checker: ts.TypeChecker): string {
  const file = program.getSourceFile(protocol);
  const symbol = file && checker.getSymbolAtLocation(file);
  if (!symbol) throw new Error(`${protocol} exports nothing`);
  const flags =
    ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias | ts.TypeFormatFlags.UseFullyQualifiedType;
  const lines: string[] = [];
  for (const exported of checker.getExportsOfModule(symbol)) {
    const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    if (!(target.flags & (ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Interface))) continue;
    const [declaration] = target.declarations ?? [];
    if (!declaration) continue;
    if (ts.isInterfaceDeclaration(declaration)) lines.push(declaration.getText());
    else
      lines.push(
        `export type ${target.name} = ${checker.typeToString(checker.getDeclaredTypeOfSymbol(target), declaration, flags)};`,
      );
  }
  return `${lines.join('\n')}\n`;
}

function writeManifest(stage: string): void {
  const own = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as Record<string, unknown> & {
    dependencies: Record<string, string>;
  };
  const { name, version, license } = own;
  const manifest = {
    name,
    version,
    description: 'Turn photos into 3D models: the SDK of image2model, for browsers and Node',
    license,
    type: 'module',
    sideEffects: false,
    exports: { '.': { types: './types/index.d.ts', default: './index.js' } },
    types: './types/index.d.ts',
    engines: { node: '>=20' },
    files: ['index.js', 'types'],
    dependencies: { 'eventsource-parser': own.dependencies['eventsource-parser'] },
  };
  writeFile(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function writeFile(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}

if (import.meta.main) console.log(await pack(process.argv[2] ?? join(home, 'dist')));
