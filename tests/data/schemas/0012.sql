CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE papers (
	no INTEGER NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	title TEXT NOT NULL, 
	abstract TEXT, 
	authors JSON, 
	num_authors INTEGER, 
	published DATE, 
	url TEXT, 
	arxiv_id TEXT, 
	code_url TEXT, 
	upvotes INTEGER, 
	num_comments INTEGER, 
	keywords JSON, 
	summary TEXT, 
	organisation TEXT, 
	version INTEGER, 
	texts_from JSON NOT NULL, 
	shows JSON NOT NULL, 
	titles JSON NOT NULL, 
	causes JSON NOT NULL, 
	first_seen DATETIME NOT NULL, names JSON DEFAULT '[]' NOT NULL, part_of INTEGER, project_url TEXT, stars INTEGER, submitter TEXT, 
	PRIMARY KEY (no), 
	UNIQUE (id)
);
CREATE TABLE paper_keys (
	"key" INTEGER NOT NULL, 
	paper INTEGER NOT NULL, 
	PRIMARY KEY ("key", paper)
)
 WITHOUT ROWID

;
CREATE TABLE paper_aliases (
	kind VARCHAR(8) NOT NULL, 
	value VARCHAR(512) NOT NULL, 
	paper INTEGER NOT NULL, 
	PRIMARY KEY (kind, value, paper), 
	FOREIGN KEY(paper) REFERENCES papers (no)
)
 WITHOUT ROWID

;
CREATE TABLE dumps (
	no INTEGER NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	source TEXT NOT NULL, 
	"where" TEXT NOT NULL, 
	style VARCHAR(32) NOT NULL, 
	captured_on DATE, 
	dated_by VARCHAR(16) NOT NULL, 
	fetched_at DATETIME NOT NULL, 
	header JSON, 
	shows JSON NOT NULL, 
	first_seen DATETIME NOT NULL, 
	PRIMARY KEY (no), 
	UNIQUE (id)
);
CREATE TABLE sightings (
	paper INTEGER NOT NULL, 
	dump INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	shown_month INTEGER, 
	shown_day INTEGER, 
	shown_year INTEGER, 
	published DATE, 
	upvotes INTEGER, 
	num_comments INTEGER, 
	version INTEGER, titled INTEGER, 
	PRIMARY KEY (paper, dump, position), 
	FOREIGN KEY(dump) REFERENCES dumps (no), 
	FOREIGN KEY(paper) REFERENCES papers (no)
)
 WITHOUT ROWID

;
CREATE INDEX sightings_dump ON sightings (dump);
CREATE TABLE rejects (
	dump INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	"where" TEXT NOT NULL, 
	why TEXT NOT NULL, 
	PRIMARY KEY (dump, position), 
	FOREIGN KEY(dump) REFERENCES dumps (no)
)
 WITHOUT ROWID

;
CREATE TABLE stamps (
	source TEXT NOT NULL, 
	"where" TEXT NOT NULL, 
	stamp TEXT NOT NULL, 
	dump VARCHAR(64) NOT NULL, 
	refused TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (source, "where")
)
 WITHOUT ROWID

;
CREATE TABLE changes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	paper INTEGER NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	cause VARCHAR(8) NOT NULL, 
	fields JSON NOT NULL, 
	at DATETIME NOT NULL, 
	FOREIGN KEY(paper) REFERENCES papers (no)
);
CREATE INDEX changes_at ON changes (at);
CREATE INDEX changes_paper ON changes (paper);
CREATE TABLE profiles (
	no INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	cursor INTEGER NOT NULL, 
	last_day DATE, empty_run INTEGER DEFAULT 0 NOT NULL, shown_since DATE, 
	PRIMARY KEY (no), 
	UNIQUE (name)
);
CREATE TABLE editions (
	no INTEGER NOT NULL, 
	day DATE NOT NULL, 
	profile INTEGER NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	picks INTEGER NOT NULL, 
	considered INTEGER NOT NULL, 
	digest BLOB NOT NULL, 
	at DATETIME NOT NULL, papers BLOB, 
	PRIMARY KEY (no), 
	FOREIGN KEY(profile) REFERENCES profiles (no), 
	CONSTRAINT editions_once UNIQUE (day, profile)
);
CREATE TABLE deliveries (
	no INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	edition INTEGER NOT NULL, 
	channel VARCHAR(32) NOT NULL, 
	address TEXT NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	due_at DATETIME NOT NULL, 
	attempts INTEGER NOT NULL, 
	doubts INTEGER NOT NULL, 
	token INTEGER NOT NULL, 
	leased_until DATETIME, 
	remote_ids JSON NOT NULL, 
	error TEXT NOT NULL, 
	said TEXT NOT NULL, 
	queued_at DATETIME NOT NULL, 
	settled_at DATETIME, sender INTEGER, 
	PRIMARY KEY (no), 
	FOREIGN KEY(edition) REFERENCES editions (no), 
	UNIQUE ("key")
);
CREATE INDEX deliveries_edition ON deliveries (edition);
CREATE INDEX deliveries_due ON deliveries (due_at, no, channel) WHERE state IN ('queued', 'unknown');
CREATE INDEX deliveries_leased ON deliveries (leased_until) WHERE state = 'sending';
CREATE INDEX deliveries_dead ON deliveries (no) WHERE state = 'dead';
CREATE INDEX deliveries_unknown ON deliveries (no) WHERE state = 'unknown';
CREATE TABLE channel_pauses (
	channel VARCHAR(32) NOT NULL, 
	why TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (channel)
);
CREATE TABLE suppressed_targets (
	target TEXT NOT NULL, 
	why TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (target)
);
CREATE TABLE runs (
	no INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME NOT NULL, 
	exit_code INTEGER NOT NULL, 
	report TEXT NOT NULL, 
	PRIMARY KEY (no)
);
CREATE TABLE sources (
	name TEXT NOT NULL, 
	last_success DATETIME, 
	failing_since DATETIME, 
	failures INTEGER NOT NULL, 
	why TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE alerts (
	cause TEXT NOT NULL, 
	what TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	event BOOLEAN NOT NULL, 
	PRIMARY KEY (cause)
);
CREATE TABLE marks (
	name VARCHAR(32) NOT NULL, 
	at DATETIME NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE joins (
	no INTEGER NOT NULL, 
	paper INTEGER NOT NULL, 
	part INTEGER, 
	dump INTEGER, 
	reason VARCHAR(16) NOT NULL, 
	similarity FLOAT NOT NULL, 
	shown JSON NOT NULL, 
	"before" JSON NOT NULL, 
	at DATETIME NOT NULL, 
	split_at DATETIME, 
	PRIMARY KEY (no), 
	FOREIGN KEY(dump) REFERENCES dumps (no), 
	FOREIGN KEY(paper) REFERENCES papers (no)
);
CREATE INDEX joins_paper ON joins (paper);
CREATE TABLE summaries (
	"key" VARCHAR(64) NOT NULL, 
	text TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE leavers (
	profile TEXT NOT NULL, 
	target TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (profile, target)
)
 WITHOUT ROWID

;
CREATE TABLE rests (
	profile TEXT NOT NULL, 
	until DATE NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (profile)
)
 WITHOUT ROWID

;
CREATE TABLE votes (
	profile INTEGER NOT NULL, 
	person VARCHAR(64) NOT NULL, 
	paper INTEGER NOT NULL, 
	vote VARCHAR(8) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (profile, person, paper), 
	FOREIGN KEY(paper) REFERENCES papers (no), 
	FOREIGN KEY(profile) REFERENCES profiles (no)
)
 WITHOUT ROWID

;
CREATE INDEX votes_at ON votes (at);
CREATE VIRTUAL TABLE paper_words USING fts5 (title, abstract, authors, content='', tokenize='unicode61 remove_diacritics 2');
CREATE TRIGGER papers_words_new AFTER INSERT ON papers BEGIN INSERT INTO paper_words (rowid, title, abstract, authors) VALUES (new.no, new.title, new.abstract, (SELECT group_concat(value, '; ') FROM json_each(new.authors))); END;
CREATE TRIGGER papers_words_gone AFTER DELETE ON papers BEGIN INSERT INTO paper_words (paper_words, rowid, title, abstract, authors) VALUES ('delete', old.no, old.title, old.abstract, (SELECT group_concat(value, '; ') FROM json_each(old.authors))); END;
CREATE TRIGGER papers_words_changed AFTER UPDATE OF title, abstract, authors ON papers WHEN old.title IS NOT new.title OR old.abstract IS NOT new.abstract OR old.authors IS NOT new.authors BEGIN INSERT INTO paper_words (paper_words, rowid, title, abstract, authors) VALUES ('delete', old.no, old.title, old.abstract, (SELECT group_concat(value, '; ') FROM json_each(old.authors))); INSERT INTO paper_words (rowid, title, abstract, authors) VALUES (new.no, new.title, new.abstract, (SELECT group_concat(value, '; ') FROM json_each(new.authors))); END;
CREATE TABLE turns (
	name TEXT NOT NULL, 
	free_at DATETIME NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE embeddings (
	model VARCHAR(32) NOT NULL, 
	text BIGINT NOT NULL, 
	used DATE NOT NULL, 
	vector BLOB NOT NULL, 
	PRIMARY KEY (model, text)
);
CREATE TABLE mutes (
	profile TEXT NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	what VARCHAR(200) NOT NULL, 
	until DATETIME NOT NULL, 
	PRIMARY KEY (profile, kind, what)
)
 WITHOUT ROWID

;
CREATE TABLE snapshots (
	id INTEGER NOT NULL, 
	used DATE NOT NULL, 
	data BLOB NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE offers (
	profile INTEGER NOT NULL, 
	paper INTEGER NOT NULL, 
	cause VARCHAR(8) NOT NULL, 
	day DATE NOT NULL, 
	PRIMARY KEY (profile, paper, cause)
)
 WITHOUT ROWID

;
CREATE TABLE profile_texts (
	"key" TEXT NOT NULL, 
	name TEXT NOT NULL, 
	text TEXT NOT NULL, 
	form TEXT NOT NULL, 
	checks VARCHAR(16) NOT NULL, 
	turn INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE UNIQUE INDEX profile_texts_turn ON profile_texts (turn);
INSERT INTO "alembic_version" VALUES('0012');
INSERT INTO "changes" VALUES(1,1,'new','new','[]','2026-11-21 06:00:00.000000');
INSERT INTO "changes" VALUES(2,2,'new','new','[]','2026-11-21 06:00:00.000000');
INSERT INTO "changes" VALUES(3,3,'new','new','[]','2026-11-21 06:00:00.000000');
INSERT INTO "channel_pauses" VALUES('slack','invalid_auth','2026-11-21 06:00:00.000000');
INSERT INTO "deliveries" VALUES(1,'ada/2026-11-21/email:a@x.org',1,'email','a@x.org','sent','2026-11-21 06:00:00.000000',1,0,1,NULL,'["<1@x>"]','','250 ok','2026-11-21 06:00:00.000000','2026-11-21 06:00:00.000000',NULL);
INSERT INTO "deliveries" VALUES(2,'ada/2026-11-21/slack:C1',1,'slack','C1','queued','2026-11-21 06:00:00.000000',0,0,0,NULL,'[]','','','2026-11-21 06:00:00.000000',NULL,NULL);
INSERT INTO "deliveries" VALUES(3,'ada/2026-11-21/folder:ada',1,'folder','ada','queued','2026-11-21 06:00:00.000000',0,0,0,NULL,'[]','','','2026-11-21 06:00:00.000000',NULL,NULL);
INSERT INTO "dumps" VALUES(1,'d1','seeds','d1.txt','card','2026-11-20','filename','2026-11-21 06:00:00.000000','[11, 20, null]','["title"]','2026-11-21 06:00:00.000000');
INSERT INTO "editions" VALUES(1,'2026-11-21',1,'queued',1,1,X'785E658EBD0EC2300C84DFC5738B9A0E4874E7291083490C5805A738291DAABC3B0E3F13F264DF77775E61D278E61BC10018101A0898EBD277FDB675AEED9DDD12F9CC51120C871504EF15D83F667EA2328A274326F6E347F757948B112B8C2CC148A1058A85F8A876EE36BB06583229A5FC9FA384E9D7F4F52F514332A91657015226523CD9D3C7F29E06BC793858A6195C79018BD04639','2026-11-21 06:00:00.000000',X'B8248EEA647EF4F5');
INSERT INTO "paper_aliases" VALUES('arxiv','2601.00001',3);
INSERT INTO "paper_aliases" VALUES('title','grossezahlt',2);
INSERT INTO "paper_aliases" VALUES('title','größe zählt',2);
INSERT INTO "paper_aliases" VALUES('title','steerable maps',1);
INSERT INTO "paper_aliases" VALUES('title','steerablemaps',1);
INSERT INTO "paper_aliases" VALUES('title','three',3);
INSERT INTO "paper_keys" VALUES(-1983800776,3);
INSERT INTO "paper_keys" VALUES(-1679057460,1);
INSERT INTO "paper_keys" VALUES(-1230976804,2);
INSERT INTO "paper_keys" VALUES(-915791040,1);
INSERT INTO "paper_keys" VALUES(2087885614,2);
INSERT INTO "papers" VALUES(1,'a','Steerable maps','Steerable maps is studied here. We measure what helps.',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"title": "d1", "abstract": "d1"}','["title", "upvotes"]','["steerable maps"]','[]','2026-11-21 06:00:00.000000','[]',NULL,NULL,NULL,NULL);
INSERT INTO "papers" VALUES(2,'b','Größe zählt','Größe zählt is studied here. We measure what helps.','["\u0141ukasz"]',NULL,NULL,NULL,NULL,NULL,3,NULL,NULL,NULL,NULL,NULL,'{"title": "d1", "abstract": "d1"}','["title", "upvotes"]','["gr\u00f6\u00dfe z\u00e4hlt"]','[]','2026-11-21 06:00:00.000000','[]',NULL,NULL,NULL,NULL);
INSERT INTO "papers" VALUES(3,'c','Three','Three is studied here. We measure what helps.',NULL,NULL,NULL,NULL,'2601.00001',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"title": "d1", "abstract": "d1"}','["title", "upvotes"]','["three"]','[]','2026-11-21 06:00:00.000000','[]',NULL,NULL,NULL,NULL);
INSERT INTO "profiles" VALUES(1,'ada',3,'2026-11-21',0,'2026-11-21');
INSERT INTO "sightings" VALUES(1,1,0,1,2,NULL,NULL,NULL,NULL,NULL,-1342640366);
INSERT INTO "sightings" VALUES(2,1,1,1,2,NULL,NULL,3,NULL,NULL,745834677);
INSERT INTO "sightings" VALUES(3,1,2,1,2,NULL,NULL,NULL,NULL,NULL,1187371253);
INSERT INTO "snapshots" VALUES(-723814668202793800,'2026-11-21',X'789C658C310A80300C45AF12326B0FE0351C9C53F3C14085D2A4388877B7ABB8BEC77B378745012FBC06D02417D029D57962C91E4DF6F83932278FAE06A5030D89B62120DE1BE83A24062DD5D378988EDA74F6EFFC7901B9142958');
INSERT INTO "stamps" VALUES('seeds','d1.txt','d1-stamp','d1','','2026-11-21 06:00:00.000000');
