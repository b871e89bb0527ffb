import type { RunOut } from "../../api/schema";
import { number } from "../../lib/numbers";
import { Panel } from "../../ui/page";
import styles from "./run.module.css";

interface Reported {
  type: string;
  scores: Record<string, number>;
}

/** How much each feature matters to the model, as the integration has reported it. */
export function FeatureImportances({ run }: { run: RunOut }) {
  const reported = run.sys_metadata.feature_importances as Reported | undefined;
  const scores = Object.entries(reported?.scores ?? {}).sort(([, one], [, other]) => other - one);
  if (reported === undefined || scores.length === 0) return null;
  const most = Math.max(...scores.map(([, score]) => Math.abs(score)));
  return (
    <Panel title="What matters to the model" actions={<span className="dimmed">by {reported.type}</span>}>
      <table className={styles.bars}>
        <tbody>
          {scores.map(([feature, score]) => (
            <tr key={feature}>
              <th scope="row" title={feature}>
                {feature}
              </th>
              <td className={styles.track}>
                <div className={styles.bar} style={{ width: `${most > 0 ? (100 * Math.abs(score)) / most : 0}%` }} />
              </td>
              <td className="numbers">{number(score)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
