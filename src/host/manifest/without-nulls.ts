/**
 * A copy of a valid manifest without the keys that are null, which count as absent: at the root, in `meta`, in every
 * param and in the labels of choices. The value of a choice may be null and stays.
 */
export function withoutNulls(manifest: object): object {
  const copy = withoutNullKeys(manifest) as { meta?: object; params?: object[] };
  if (copy.meta) copy.meta = withoutNullKeys(copy.meta);
  if (copy.params) copy.params = copy.params.map(paramWithoutNulls);
  return copy;
}

function paramWithoutNulls(param: object): object {
  const copy = withoutNullKeys(param) as { selectChoices?: { value: unknown }[] };
  if (copy.selectChoices)
    copy.selectChoices = copy.selectChoices.map((choice) => ({
      ...withoutNullKeys(choice),
      value: choice.value,
    }));
  return copy;
}

function withoutNullKeys(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
}
