import type { ServiceIdentifier } from 'inversify';
import type { Logger } from '../sdk/logger.js';
import type { ModuleImporter } from './connectors/module-importer.js';
import type { Settings } from './settings.js';

/** Identifiers of what the container holds besides classes. The casts keep the types: a const symbol would lose them. */
export const TOKENS = {
  Settings: Symbol.for('Settings') as ServiceIdentifier<Settings>,
  Logger: Symbol.for('Logger') as ServiceIdentifier<Logger>,
  ModuleImporter: Symbol.for('ModuleImporter') as ServiceIdentifier<ModuleImporter>,
};
