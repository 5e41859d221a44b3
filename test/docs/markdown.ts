import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The repository's root. */
export const ROOT = resolve(__dirname, '../..');

/** A code block of a Markdown text. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** Path of the file that the block shows, from the comment before it. */
  readonly file: string | undefined;
}

const FENCE = /(?:<!-- file: (\S+) -->\n+)?^```(\w*)\n([^]*?)^```$/gm;

/** Text of a file of the repository. */
export function readDoc(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Every Markdown file that is written for readers, by its path in the repository. */
export function markdownFiles(): string[] {
  const below = (folder: string): string[] =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md') && !path.includes('node_modules'))
      .map((path) => `${folder}/${path}`);
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...below('docs'), ...below('python-connectors')];
}

export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(FENCE)].map(([, file, language = '', text = '']) => ({
    language,
    text,
    file,
  }));
}

export function withoutCodeBlocks(markdown: string): string {
  return markdown.replaceAll(FENCE, '');
}

/** Text of every heading. */
export function headings(markdown: string): string[] {
  return [...withoutCodeBlocks(markdown).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text);
}

/** The anchor that a heading gets on GitHub. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

/** The part of a text below a heading, up to the next heading of the same level or a higher one. */
export function section(markdown: string, heading: string): string {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => line.replace(/^#+ /, '') === heading && line.startsWith('#'));
  if (start === -1) throw new Error(`there is no heading "${heading}"`);
  const level = /^#+/.exec(lines[start] as string)?.[0].length ?? 0;
  const length = lines.slice(start + 1).findIndex((line) => {
    const marks = /^(#+) /.exec(line)?.[1];
    return marks !== undefined && marks.length <= level;
  });
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length).join('\n');
}

/** The rows of the first table in a text, without its header; each a list of cells. */
export function tableRows(markdown: string): string[][] {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  if (start === -1) return [];
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start + 2, length === -1 ? undefined : start + length).map(cells);
}

/** The texts between single backticks. */
export function codeSpans(markdown: string): string[] {
  return [...markdown.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text.replaceAll('\\|', '|'));
}

/** Every code span in the first column of a text's first table. */
export function firstSpans(markdown: string): string[] {
  return tableRows(markdown).flatMap(([name = '']) => codeSpans(name));
}

function cells(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}
