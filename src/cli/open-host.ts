import type { Container } from 'inversify';
import type { Logger } from '../sdk/logger.js';
import { createContainer } from '../host/container.js';
import { Redactor } from '../host/redactor.js';
import type { Io } from './io.js';
import type { CommonOptions } from './options.js';

/** Makes the services of one command, and lets everything it prints pass through the redactor. */
export function openHost(
  options: CommonOptions & { readonly envFile?: string; readonly stateDir?: string },
  io: Io,
): Container {
  const container = createContainer({
    cwd: io.cwd,
    pluginFolders: options.plugin,
    envFile: options.envFile,
    stateDir: options.stateDir,
    stdout: io.stdout,
    logger: stderrLogger(options, io),
  });
  const redactor = container.get(Redactor);
  io.redact = (text) => redactor.redact(text);
  return container;
}

function stderrLogger({ verbose = false, quiet = false }: CommonOptions, io: Io): Logger {
  const { dim, yellow, red } = io.colors;
  return {
    debug: (message) => {
      if (verbose) io.printError(dim(message));
    },
    info: (message) => {
      if (verbose) io.printError(message);
    },
    warn: (message) => {
      if (!quiet) io.printError(`${yellow('warning:')} ${message}`);
    },
    error: (message) => io.printError(`${red('error:')} ${message}`),
  };
}
