import { MultiSelect, Select, TextInput } from "@mantine/core";
import {
  isListed,
  PARAMETER_KINDS,
  type ParameterDraft,
  type ParameterKind,
  PRIOR_SHAPES,
  type PriorDraft,
} from "../lib/parameter-draft";
import { NumberField } from "./number-field";
import rows from "./rows.module.css";

interface FieldsProps {
  parameter: ParameterDraft;
  set: (changes: Partial<ParameterDraft>) => void;
  /** What is wrong with a part of the parameter, if it is time to say so. */
  fault: (part: string) => string | undefined;
}

/** What a new parameter is called, and what sort of values it has. */
export function NameAndKind({ parameter, set, fault }: FieldsProps) {
  return (
    <>
      <TextInput
        className={rows.wide}
        size="xs"
        label="Name"
        value={parameter.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        error={fault("name")}
      />
      <Select
        className={rows.wide}
        size="xs"
        label="Kind"
        data={PARAMETER_KINDS}
        value={parameter.kind}
        onChange={(kind) => set({ kind: (kind ?? "double") as ParameterKind })}
        allowDeselect={false}
      />
    </>
  );
}

/** How far a parameter may be varied: from here to there, or a list. */
export function RangeFields({ parameter, set, fault }: FieldsProps) {
  if (isListed(parameter.kind)) {
    const categories = parameter.kind === "categorical";
    return (
      <TextInput
        className={rows.wide}
        size="xs"
        label={categories ? "Categories" : "Values"}
        placeholder={categories ? "gas, electric" : "1, 2, 5, 10"}
        value={parameter.values}
        onChange={(event) => set({ values: event.currentTarget.value })}
        error={fault("values") ?? fault("min")}
      />
    );
  }
  return (
    <>
      <NumberField label="From" value={parameter.min} onChange={(min) => set({ min })} error={fault("min")} />
      <NumberField label="To" value={parameter.max} onChange={(max) => set({ max })} error={fault("max")} />
    </>
  );
}

/** Where good values are believed to lie; only real numbers on a plain scale can have that. */
export function PriorFields({ parameter, set, fault }: FieldsProps) {
  const { kind, prior } = parameter;
  if (kind !== "double") return null;
  const change = (changes: Partial<PriorDraft>) => set({ prior: { ...prior, ...changes } });
  const field = (part: "mean" | "scale" | "a" | "b", label: string) => (
    <NumberField
      label={label}
      value={prior[part]}
      onChange={(text) => change({ [part]: text })}
      error={fault(`prior.${part}`)}
    />
  );
  return (
    <>
      <Select
        className={rows.choice}
        size="xs"
        label="Prior"
        data={PRIOR_SHAPES}
        value={prior.shape}
        onChange={(shape) => change({ shape: (shape ?? "none") as PriorDraft["shape"] })}
        error={fault("prior")}
        allowDeselect={false}
      />
      {prior.shape === "normal" && (
        <>
          {field("mean", "Mean")}
          {field("scale", "Deviation")}
        </>
      )}
      {prior.shape === "beta" && (
        <>
          {field("a", "Shape a")}
          {field("b", "Shape b")}
        </>
      )}
    </>
  );
}

/** With which choices of the conditionals the parameter exists. */
export function ConditionFields({
  parameter,
  set,
  fault,
  conditionals,
}: FieldsProps & { conditionals: { name: string; values: string[] }[] }) {
  return conditionals.map(({ name, values }) => (
    <MultiSelect
      key={name}
      className={rows.wide}
      size="xs"
      label={`Only when ${name} is`}
      placeholder="any"
      data={values}
      value={parameter.conditions[name] ?? []}
      onChange={(chosen) => set({ conditions: { ...parameter.conditions, [name]: chosen } })}
      error={fault("conditions")}
    />
  ));
}
