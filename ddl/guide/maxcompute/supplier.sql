CREATE TABLE supplier (
  S_SuppKey   INT,
  S_Name      VARCHAR(64),
  S_Address   VARCHAR(64),
  S_NationKey INT,
  S_Phone     VARCHAR(18),
  S_AcctBal   DECIMAL(13,2),
  S_Comment   VARCHAR(105),
  skip        VARCHAR(64)
);
