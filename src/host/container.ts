import 'reflect-metadata';
import { Container } from 'inversify';
import { connectorsModule, servicesModule } from './modules.js';
import type { Settings } from './settings.js';
import { TOKENS } from './tokens.js';

/**
 * The composition root: one container for one command (or one server), everything in it a singleton.
 * Finish runs before `unbindAllAsync()`: it closes everything at once, not in the order of dependencies.
 */
export function createContainer(settings: Settings): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  container.bind(TOKENS.Settings).toConstantValue(settings);
  container.load(connectorsModule, servicesModule);
  return container;
}
