CREATE INDEX IF NOT EXISTS by_name ON containers (name) WHERE is_there = 1;
CREATE INDEX IF NOT EXISTS by_phase ON containers (phase, name) WHERE is_there = 1;
CREATE INDEX IF NOT EXISTS by_changed ON containers (changed, name) WHERE is_there = 1;
CREATE INDEX IF NOT EXISTS by_drift ON containers (name) WHERE is_there = 1 AND is_drifted = 1;
CREATE INDEX IF NOT EXISTS not_there ON containers (id) WHERE is_there = 0;
CREATE INDEX IF NOT EXISTS by_holder ON containers (holder, name) WHERE is_there = 1 AND holder IS NOT NULL;
INSERT OR IGNORE INTO labels SELECT label.key, label.value, containers.name FROM containers, json_each(containers.labels) AS label
  WHERE containers.labels IS NOT NULL ORDER BY 1, 2, 3;
CREATE INDEX IF NOT EXISTS by_host ON containers (host, name) WHERE is_there = 1;
