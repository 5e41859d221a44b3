import { Option } from 'commander';

/**
 * An option that may be given several times: its value is a list.
 *
 * @param without what it means to leave the option out, for the help
 */
export function repeatable(flags: string, description: string, without: string): Option {
  const collect = (value: string, before: string[]): string[] => [...before, value];
  return new Option(flags, description).argParser(collect).default([], without);
}
