import type { Container } from 'inversify';
import { PreviewPlan, type PreviewedTables } from '../../host/dry-run/preview-plan.js';
import { isHostError } from '../../sdk/errors.js';
import type { Io } from '../io.js';
import { safeLines } from './safe-text.js';

/** Prints the statements that a run into the target would begin with, below a preview; nothing where it has none. */
export async function printStatements(
  container: Container,
  previewed: PreviewedTables,
  io: Io,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { target, statements } = await container.get(PreviewPlan).of(previewed, signal);
    if (statements.length === 0) return;
    io.print(`\nstatements of a run into ${target}:`);
    for (const statement of statements) io.print(`  ${safeLines(statement)};`);
  } catch (error) {
    // Nobody asked for this target, and a run may be filling it right now.
    if (previewed.to !== undefined || !isHostError(error) || error.name === 'AbortError') throw error;
    io.print(`\nstatements of a run are not shown: ${safeLines(error.message)}`);
  }
}
