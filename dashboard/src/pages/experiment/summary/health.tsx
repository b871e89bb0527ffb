import { useQuery } from "@tanstack/react-query";
import { analysisQuery } from "../../../api/analyses";
import type { Card } from "../../../api/schema";
import { Computing } from "../../../ui/chart/computing";
import { CheckIcon, CrossIcon, UnknownIcon, WarningIcon } from "../../../ui/icons";
import { Panel } from "../../../ui/page";
import styles from "../summary.module.css";

const VERDICTS = {
  pass: { word: "fine", icon: CheckIcon, style: styles.good },
  warn: { word: "look at this", icon: WarningIcon, style: styles.warn },
  fail: { word: "needs a change", icon: CrossIcon, style: styles.bad },
  unknown: { word: "cannot tell yet", icon: UnknownIcon, style: styles.unknown },
} as const;

/** The health report: what is wrong is open, what is fine or cannot be told yet is folded away. */
export function HealthCards({ experimentId }: { experimentId: string }) {
  const health = useQuery(analysisQuery(experimentId, "health"));
  return (
    <Panel title="Health">
      <Computing query={health}>
        {({ result }) => {
          const of = (verdicts: string[]) => result.cards.filter((card) => verdicts.includes(card.verdict));
          return (
            <>
              <Cards cards={of(["fail", "warn"])} />
              <Folded cards={of(["pass"])} name="fine" />
              <Folded cards={of(["unknown"])} name="cannot be told yet" />
            </>
          );
        }}
      </Computing>
    </Panel>
  );
}

function Folded({ cards, name }: { cards: Card[]; name: string }) {
  if (cards.length === 0) return null;
  return (
    <details className={styles.folded}>
      <summary>
        {cards.length} {name}
      </summary>
      <Cards cards={cards} />
    </details>
  );
}

function Cards({ cards }: { cards: Card[] }) {
  if (cards.length === 0) return null;
  return (
    <ul className={styles.cards}>
      {cards.map((card) => {
        const { word, icon: Icon, style } = VERDICTS[card.verdict];
        return (
          <li key={`${card.name} ${card.metric}`}>
            <span className={style} role="img" aria-label={word}>
              <Icon size={17} />
            </span>
            <div>
              <strong>
                {card.title}
                {card.metric ? ` · ${card.metric}` : ""}
              </strong>
              <p>{card.sentence}</p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
