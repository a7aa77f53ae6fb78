CREATE TABLE lineitem (
  L_OrderKey      INT,
  L_PartKey       INT,
  L_SuppKey       INT,
  L_LineNumber    INT,
  L_Quantity      INT,
  L_ExtendedPrice DECIMAL(13,2),
  L_Discount      DECIMAL(13,2),
  L_Tax           DECIMAL(13,2),
  L_ReturnFlag    VARCHAR(64),
  L_LineStatus    VARCHAR(64),
  L_ShipDate      TIMESTAMP,
  L_CommitDate    TIMESTAMP,
  L_ReceiptDate   TIMESTAMP,
  L_ShipInstruct  VARCHAR(64),
  L_ShipMode      VARCHAR(64),
  L_Comment       VARCHAR(64),
  skip            VARCHAR(64)
);
