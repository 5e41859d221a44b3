export function runPipeline(job: object): Promise<{ readonly error: Error | undefined }>;
