import { ContainerModule } from 'inversify';
import { AddressFiller } from './address-filler.js';
import { CheckService } from './check/check-service.js';
import { ConnectorLoader } from './connectors/connector-loader.js';
import { ConnectorOpener } from './connectors/connector-opener.js';
import { ConnectorRegistry } from './connectors/connector-registry.js';
import { importWithJiti } from './connectors/module-importer.js';
import { DryRunService } from './dry-run/dry-run-service.js';
import { PreviewPlan } from './dry-run/preview-plan.js';
import { PartitionsService } from './partition-runner/partitions-service.js';
import { PipelineRegistry } from './pipelines/files/pipeline-registry.js';
import { RunResolver } from './pipelines/files/run-resolver.js';
import { PipelinePlaces } from './pipelines/pipeline-places.js';
import { PipelineService } from './pipelines/pipeline-service.js';
import { RejectedService } from './pipelines/rejected-service.js';
import { PreviewService } from './preview-service.js';
import { Redactor } from './redactor.js';
import { redactingLogger } from './redacting-logger.js';
import { RunOptions } from './run-options.js';
import { RunService } from './run-service.js';
import { SourceOpener } from './sources/source-opener.js';
import { TargetOpener } from './target-opener.js';
import { TOKENS } from './tokens.js';

/** Finding and loading connectors. */
export const connectorsModule = new ContainerModule(({ bind }) => {
  bind(Redactor).toConstantValue(new Redactor());
  bind(TOKENS.Logger).toResolvedValue(
    ({ logger }, redactor) => redactingLogger(logger, redactor),
    [TOKENS.Settings, Redactor],
  );
  bind(TOKENS.ModuleImporter).toResolvedValue(
    ({ importModule }) => importModule ?? importWithJiti,
    [TOKENS.Settings],
  );
  bind(ConnectorRegistry).toResolvedValue(
    ({ cwd, pluginFolders }) => new ConnectorRegistry(cwd, pluginFolders),
    [TOKENS.Settings],
  );
  bind(ConnectorLoader).toResolvedValue(
    (importModule) => new ConnectorLoader(importModule),
    [TOKENS.ModuleImporter],
  );
});

/** Running them. */
export const servicesModule = new ContainerModule(({ bind }) => {
  bind(ConnectorOpener).toSelf();
  bind(AddressFiller).toSelf();
  bind(SourceOpener).toSelf();
  bind(TargetOpener).toSelf();
  bind(RunOptions).toSelf();
  bind(PipelineRegistry).toSelf();
  bind(RunResolver).toSelf();
  bind(PipelinePlaces).toSelf();
  bind(PipelineService).toSelf();
  bind(RejectedService).toSelf();
  bind(PartitionsService).toSelf();
  bind(RunService).toSelf();
  bind(PreviewService).toSelf();
  bind(DryRunService).toSelf();
  bind(PreviewPlan).toSelf();
  bind(CheckService).toSelf();
});
