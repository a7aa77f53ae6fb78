CREATE TABLE customer (
  C_CustKey    INT,
  C_Name       VARCHAR(64),
  C_Address    VARCHAR(64),
  C_NationKey  INT,
  C_Phone      VARCHAR(64),
  C_AcctBal    DECIMAL(13,2),
  C_MktSegment VARCHAR(64),
  C_Comment    VARCHAR(120),
  skip         VARCHAR(64)
);
