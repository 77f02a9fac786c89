CREATE TABLE positions (topic TEXT NOT NULL, partition INTEGER NOT NULL, topic_id TEXT NOT NULL, next INTEGER NOT NULL,
  PRIMARY KEY (topic, partition)) WITHOUT ROWID;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE containers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  is_there INTEGER NOT NULL,
  evaluation_state TEXT,
  spec_host TEXT,
  releasing_host TEXT,
  status_host TEXT,
  host TEXT NOT NULL,
  holder TEXT,
  phase TEXT NOT NULL,
  spec_generation INTEGER,
  status_generation INTEGER,
  changed INTEGER NOT NULL,
  is_outdated INTEGER NOT NULL,
  is_drifted INTEGER NOT NULL,
  labels TEXT,
  description TEXT,
  sequence INTEGER,
  transition_to TEXT,
  transition_sequence INTEGER,
  transition_appended INTEGER);
CREATE TABLE evaluations (id INTEGER PRIMARY KEY, json BLOB NOT NULL);
CREATE TABLE statuses (id INTEGER PRIMARY KEY, json BLOB NOT NULL);
CREATE TABLE labels (key TEXT NOT NULL, value TEXT NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY (key, value, name)) WITHOUT ROWID;
CREATE TABLE removals (operation TEXT PRIMARY KEY, container TEXT NOT NULL, host TEXT NOT NULL, appended INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE INDEX removals_by_container ON removals (container);
CREATE TABLE hosts (name TEXT PRIMARY KEY, json BLOB NOT NULL, appended INTEGER NOT NULL);
CREATE TABLE operations (
  id TEXT PRIMARY KEY,
  is_ended INTEGER NOT NULL,
  container TEXT NOT NULL,
  host TEXT,
  command TEXT NOT NULL,
  outcome TEXT NOT NULL,
  requested_by TEXT,
  submitted INTEGER NOT NULL,
  submission BLOB,
  submission_submitted INTEGER,
  position TEXT,
  acceptance BLOB,
  acceptance_appended INTEGER,
  ended BLOB,
  ended_appended INTEGER,
  is_refusal INTEGER);
CREATE INDEX operations_by_time ON operations (submitted DESC, id);
CREATE INDEX operations_pending ON operations (submitted DESC, id) WHERE is_ended = 0;
CREATE INDEX operations_by_container ON operations (container, submitted DESC, id);
CREATE INDEX operations_by_end ON operations (is_ended, ended_appended);
CREATE INDEX operations_by_position ON operations (position) WHERE position IS NOT NULL;
CREATE TABLE ended_ids (hash INTEGER PRIMARY KEY, day INTEGER NOT NULL);
CREATE INDEX ended_ids_by_day ON ended_ids (day);
CREATE TABLE rejections (topic TEXT NOT NULL, partition INTEGER NOT NULL, position INTEGER NOT NULL, timestamp INTEGER NOT NULL,
  key BLOB, value BLOB, headers BLOB NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (topic, partition, position));
