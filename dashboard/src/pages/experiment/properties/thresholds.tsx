import { metricName } from "../../../lib/experiment";
import { thresholdOf } from "../../../lib/revision";
import { limitWord } from "../../../lib/thresholds";
import { NumberField } from "../../../ui/number-field";
import { Panel } from "../../../ui/page";
import { replaced } from "../../../ui/rows";
import type { PartProps } from "./change-form";
import styles from "./properties.module.css";
import { MetricRole } from "./space-list";

/** The metrics; of those that can have one, the threshold. */
export function Thresholds({ experiment, revision, change, fault }: PartProps) {
  return (
    <Panel title="Metrics">
      <p className={styles.about}>What is measured stays; thresholds can move at any time.</p>
      <dl className={styles.list}>
        {experiment.metrics.map((metric, index) => {
          const use = thresholdOf(experiment, index);
          const name = metricName(metric);
          return (
            <div key={name}>
              <dt>{name}</dt>
              <dd className={styles.threshold}>
                <MetricRole metric={metric} />
                {use !== "none" && (
                  <>
                    <span>{limitWord(metric)}</span>
                    <NumberField
                      aria-label={`Threshold of ${name}`}
                      placeholder={use === "possible" ? "no threshold" : ""}
                      value={revision.metrics[index]?.threshold ?? ""}
                      onChange={(threshold) => change({ metrics: replaced(revision.metrics, index, { threshold }) })}
                      error={fault(`metrics.${index}.threshold`)}
                    />
                  </>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </Panel>
  );
}
