CREATE TABLE region (
  R_RegionKey INT,
  R_Name      VARCHAR(64),
  R_Comment   VARCHAR(160),
  skip        VARCHAR(64)
);
