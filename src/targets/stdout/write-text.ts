/** Takes text and waits until it has gone to whoever reads. */
export type WriteText = (text: string) => Promise<void>;
