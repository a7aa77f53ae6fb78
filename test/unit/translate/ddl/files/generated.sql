--DROP TABLE depot.carrier;
CREATE TABLE IF NOT EXISTS depot.carrier
(
	carrier_id BIGINT NOT NULL IDENTITY(1,1) ENCODE az64
	,code CHAR(3) NOT NULL  ENCODE lzo
	,"name" VARCHAR(120)   ENCODE zstd
	,founded DATE   ENCODE az64
	,rating REAL  DEFAULT 0.5 ENCODE RAW
	,PRIMARY KEY (carrier_id)
	,UNIQUE (code)
)
DISTSTYLE ALL
;
COMMENT ON TABLE depot.carrier IS 'Who drives; one row each, it''s never deleted';
COMMENT ON COLUMN depot.carrier."name" IS 'path C:\\carriers\\name';
ALTER TABLE depot.carrier owner to depot_owner;

--DROP TABLE depot.parcel;
CREATE TABLE IF NOT EXISTS depot.parcel
(
	parcel_id BIGINT NOT NULL  ENCODE az64
	,"order" INTEGER NOT NULL DEFAULT 0 ENCODE az64
	,carrier_id BIGINT   ENCODE RAW
	,weight NUMERIC(9,3)  DEFAULT 0.000 ENCODE az64
	,volume DOUBLE PRECISION   ENCODE RAW
	,label VARCHAR(65535)  DEFAULT 'none; "yet"'::character varying ENCODE lzo
	,fragile BOOLEAN  DEFAULT false ENCODE RAW
	,taken_at TIMESTAMP WITHOUT TIME ZONE  DEFAULT getdate() ENCODE RAW
	,seen_at TIMESTAMP WITH TIME ZONE   ENCODE az64
	,opens TIME WITHOUT TIME ZONE   ENCODE az64
	,route SUPER   ENCODE zstd
	,stamp SMALLINT   ENCODE az64
	,PRIMARY KEY (parcel_id, "order")
)
DISTSTYLE KEY
 DISTKEY (parcel_id)
 SORTKEY (
	taken_at
	, "order"
	)
;
ALTER TABLE depot.parcel owner to depot_owner;

--DROP TABLE depot."scan event";
CREATE TABLE IF NOT EXISTS depot."scan event"
(
	parcel_id BIGINT   ENCODE az64
	,"at place" VARCHAR(32)   ENCODE bytedict
	,n INTEGER NOT NULL DEFAULT "identity"(104512, 2, '10,5'::text) ENCODE az64
)
BACKUP NO
DISTSTYLE EVEN
 INTERLEAVED SORTKEY (
	parcel_id
	, "at place"
	)
;
COMMENT ON COLUMN depot."scan event"."at place" IS 'zone
and shelf';
ALTER TABLE depot."scan event" owner to "Night Shift";

ALTER TABLE depot.parcel ADD FOREIGN KEY (carrier_id) REFERENCES depot.carrier(carrier_id);
ALTER TABLE depot."scan event" ADD FOREIGN KEY (parcel_id) REFERENCES depot.parcel(parcel_id);
