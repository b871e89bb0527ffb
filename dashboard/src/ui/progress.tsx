import { Badge, Progress } from "@mantine/core";
import { type AnyExperiment, standing } from "../lib/experiment";
import { number } from "../lib/numbers";
import styles from "./progress.module.css";

const COLORS = { archived: "gray", complete: "green", active: "blue", new: "gray" } as const;

export function StateBadge({ experiment }: { experiment: AnyExperiment }) {
  const { word } = standing(experiment);
  return (
    <Badge size="sm" variant="light" color={COLORS[word]} className={styles.badge}>
      {word}
    </Badge>
  );
}

/** How much of the budget is used, in figures and as a bar. */
export function BudgetBar({ experiment }: { experiment: AnyExperiment }) {
  const { done, budget } = standing(experiment);
  if (budget === null) return <span className={`numbers ${styles.figures}`}>{number(done)} evaluated</span>;
  return (
    <div className={styles.budget}>
      <Progress
        size="sm"
        value={Math.min(100, (100 * done) / budget)}
        aria-label={`${number(done)} of ${number(budget)} evaluated`}
        className={styles.track}
      />
      <span className={`numbers ${styles.figures}`}>
        {number(done)}&#8202;/&#8202;{number(budget)}
      </span>
    </div>
  );
}
