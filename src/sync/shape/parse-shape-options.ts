import { ConfigError } from '../../sdk/errors.js';
import { problemText } from '../../sdk/problem-text.js';
import type { NamesChoice, NestedChoice, ShapeOptions } from './shape-options.js';
import { plainName, splitNames } from './split-names.js';

/** Texts of options as a command line or a pipeline file has them. Lists are joined by commas; several are joined. */
export interface ShapeTexts {
  readonly nested?: string | undefined;
  readonly maxDepth?: string | undefined;
  readonly names?: string | undefined;
  readonly rename?: OptionTexts;
  readonly tables?: OptionTexts;
  readonly columns?: OptionTexts;
  readonly exclude?: OptionTexts;
  readonly hashColumns?: OptionTexts;
  /** The salt itself, not the name of a variable; never shown. */
  readonly hashSalt?: string | undefined;
  readonly parseTimestamps?: OptionTexts;
}

/** An option that was given once, several times or not at all. */
export type OptionTexts = string | readonly string[] | undefined;

/** The environment variable that callers take the salt of --hash-columns from. */
export const HASH_SALT_VARIABLE = 'HOST_HASH_SALT';

const NESTED = ['json', 'flatten', 'child-tables'] as const satisfies readonly NestedChoice[];
const NAMES = ['keep', 'snake_case'] as const satisfies readonly NamesChoice[];
/** Deeper data is seldom meant as tables, and each level costs a call on the stack. */
const HIGHEST_DEPTH = 100;

/**
 * Reads the options of nested data, names and selection. In names a backslash goes before a comma, `=` or backslash.
 *
 * @throws ConfigError CLI_USAGE that names everything that is malformed
 */
export function parseShapeOptions(texts: ShapeTexts): ShapeOptions {
  const problems: string[] = [];
  const options: ShapeOptions = {
    nested: readChoice('--nested', texts.nested, NESTED, problems),
    maxDepth: readDepth(texts.maxDepth, problems),
    names: readChoice('--names', texts.names, NAMES, problems),
    rename: readRenames(texts.rename, problems),
    tables: readNames('--tables', texts.tables, problems),
    columns: readNames('--columns', texts.columns, problems),
    exclude: readNames('--exclude', texts.exclude, problems),
    hashColumns: readNames('--hash-columns', texts.hashColumns, problems),
    hashSalt: texts.hashSalt,
    parseTimestamps: readNames('--parse-timestamps', texts.parseTimestamps, problems),
  };
  if (problems.length > 0) {
    throw new ConfigError(problemText(problems), { code: 'CLI_USAGE', details: { problems } });
  }
  return options;
}

function readChoice<Choice extends string>(
  option: string,
  text: string | undefined,
  choices: readonly Choice[],
  problems: string[],
): Choice | undefined {
  const choice = choices.find((each) => each === text);
  if (text !== undefined && choice === undefined) {
    problems.push(`${option} must be one of ${choices.join(', ')} (got ${JSON.stringify(text)})`);
  }
  return choice;
}

function readDepth(text: string | undefined, problems: string[]): number | undefined {
  if (text === undefined) return undefined;
  const depth = Number(text);
  if (/^\d+$/.test(text) && depth <= HIGHEST_DEPTH) return depth;
  problems.push(`--max-depth must be an integer from 0 to ${HIGHEST_DEPTH} (got ${JSON.stringify(text)})`);
  return undefined;
}

function readNames(option: string, texts: OptionTexts, problems: string[]): string[] {
  const names = parts(texts).map(plainName);
  if (names.includes('')) problems.push(`${option} has an empty name; names are joined by commas`);
  return [...new Set(names)];
}

function readRenames(texts: OptionTexts, problems: string[]): Map<string, string> {
  const renames = new Map<string, string>();
  for (const part of parts(texts)) {
    const [from = '', to = '', ...more] = splitNames(part, '=').map(plainName);
    if (from === '' || to === '' || more.length > 0) {
      problems.push(`--rename ${JSON.stringify(part)} is not of the form name=new-name`);
    } else if ((renames.get(from) ?? to) !== to) {
      problems.push(`--rename gives ${JSON.stringify(from)} two names`);
    } else renames.set(from, to);
  }
  return renames;
}

function parts(texts: OptionTexts): string[] {
  const given = typeof texts === 'string' ? [texts] : (texts ?? []);
  return given.flatMap((text) => splitNames(text, ','));
}
