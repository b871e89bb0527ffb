import type { ExperimentOut } from "../../../api/schema";
import { metricName } from "../../../lib/experiment";
import { number, shown } from "../../../lib/numbers";
import { range, weightedSum } from "../../../lib/point";
import { limitWord } from "../../../lib/thresholds";
import { Fragment, type ReactNode } from "react";
import styles from "./properties.module.css";

/** The parameters as they are, to read. */
export function ParameterList({ experiment }: { experiment: ExperimentOut }) {
  return (
    <dl className={styles.list}>
      {experiment.parameters.map((parameter) => (
        <Entry key={parameter.name} name={parameter.name}>
          {range(parameter)} <span className="dimmed">{parameter.type}</span>
          {parameter.prior?.name === "normal" && (
            <span className="dimmed">
              , believed around {number(parameter.prior.mean)} ± {number(parameter.prior.scale)}
            </span>
          )}
          {parameter.prior?.name === "beta" && (
            <span className="dimmed">
              , believed as beta({number(parameter.prior.shape_a)}, {number(parameter.prior.shape_b)})
            </span>
          )}
          <Conditions conditions={parameter.conditions} />
          {parameter.default_value !== null && (
            <span className="dimmed">, {shown(parameter.default_value)} before it was added</span>
          )}
        </Entry>
      ))}
    </dl>
  );
}

export function Conditions({ conditions }: { conditions: Record<string, string[]> }) {
  return Object.entries(conditions).map(([name, values]) => (
    <Fragment key={name}>
      {" "}
      <span className="dimmed">
        when {name} is {values.join(" or ")}
      </span>
    </Fragment>
  ));
}

/** Of the search space, what stays as it was made. */
export function FixedList({ experiment }: { experiment: ExperimentOut }) {
  const { conditionals, linear_constraints, num_solutions } = experiment;
  if (conditionals.length + linear_constraints.length === 0 && (num_solutions ?? 1) === 1) return null;
  return (
    <dl className={styles.list}>
      {conditionals.map((conditional) => (
        <Entry key={conditional.name} name={conditional.name}>
          {conditional.values.join(", ")} <span className="dimmed">conditional</span>
        </Entry>
      ))}
      {linear_constraints.map((constraint) => {
        const sum = weightedSum(constraint.terms);
        return (
          <Entry key={sum} name="Linear constraint">
            {sum} {constraint.type === "less_than" ? "≤" : "≥"} {number(constraint.threshold)}
          </Entry>
        );
      })}
      {(num_solutions ?? 1) > 1 && <Entry name="Solutions">{number(num_solutions)} good and different points</Entry>}
    </dl>
  );
}

/** The metrics as they are, to read. */
export function MetricList({ experiment }: { experiment: ExperimentOut }) {
  return (
    <dl className={styles.list}>
      {experiment.metrics.map((metric) => (
        <Entry key={metric.name} name={metricName(metric)}>
          <MetricRole metric={metric} />
          {metric.threshold !== null && ` ${limitWord(metric)} ${number(metric.threshold)}`}
        </Entry>
      ))}
    </dl>
  );
}

/** What a metric is for. */
export function MetricRole({ metric }: { metric: ExperimentOut["metrics"][number] }) {
  const roles = {
    optimize: metric.objective === "maximize" ? "maximized" : "minimized",
    constraint: "constraint",
    store: "stored only",
  };
  return <span className="dimmed">{roles[metric.strategy]}</span>;
}

function Entry({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
