import { Badge, Button } from "@mantine/core";
import type { SuggestionOut } from "../../api/schema";
import { facts, SOURCES } from "../../lib/provenance";
import { Assignments } from "../../ui/assignments";
import { RemoveButton } from "../../ui/confirm";
import { Ago } from "../../ui/time";
import styles from "./suggestions.module.css";

interface SuggestionCardProps {
  suggestion: SuggestionOut;
  /** Null for who may only read. */
  onReport: (() => void) | null;
  onRemove: () => Promise<unknown>;
}

/** A point to evaluate, and why this one. */
export function SuggestionCard({ suggestion, onReport, onRemove }: SuggestionCardProps) {
  const why = suggestion.optsvc;
  const known = facts(why);
  return (
    <li className={styles.card}>
      <div className={styles.head}>
        <strong>#{suggestion.id}</strong>
        <Badge size="sm" variant="default" className={styles.source}>
          {SOURCES[why.source]}
        </Badge>
        <span className="dimmed">
          open since <Ago time={suggestion.created} />
        </span>
        {onReport && (
          <span className={styles.actions}>
            <Button size="compact-sm" fz="xs" onClick={onReport}>
              Report result
            </Button>
            <RemoveButton
              what={`suggestion ${suggestion.id}`}
              consequence="Nobody is expected to evaluate it any more, and the optimizer may suggest it again."
              onConfirm={onRemove}
            />
          </span>
        )}
      </div>
      <Assignments values={suggestion.assignments} />
      <div className={styles.why}>
        <span className={styles.label}>Why this point</span> {why.reason}
      </div>
      {known.length > 0 && (
        <dl className={styles.facts}>
          {known.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="numbers">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}
