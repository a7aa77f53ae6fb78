-- tpcds_target.web_returns, made of tpcds.web_returns (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0203 note: PRIMARY KEY (wr_item_sk, wr_order_number) is not carried
-- RS0204 note: DISTKEY(wr_order_number) SORTKEY(wr_returned_date_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`web_returns` (
  `wr_returned_date_sk` INT,
  `wr_returned_time_sk` INT,
  `wr_item_sk` INT NOT NULL,
  `wr_refunded_customer_sk` INT,
  `wr_refunded_cdemo_sk` INT,
  `wr_refunded_hdemo_sk` INT,
  `wr_refunded_addr_sk` INT,
  `wr_returning_customer_sk` INT,
  `wr_returning_cdemo_sk` INT,
  `wr_returning_hdemo_sk` INT,
  `wr_returning_addr_sk` INT,
  `wr_web_page_sk` INT,
  `wr_reason_sk` INT,
  `wr_order_number` BIGINT NOT NULL,
  `wr_return_quantity` INT,
  `wr_return_amt` DECIMAL(7,2),
  `wr_return_tax` DECIMAL(7,2),
  `wr_return_amt_inc_tax` DECIMAL(7,2),
  `wr_fee` DECIMAL(7,2),
  `wr_return_ship_cost` DECIMAL(7,2),
  `wr_refunded_cash` DECIMAL(7,2),
  `wr_reversed_charge` DECIMAL(7,2),
  `wr_account_credit` DECIMAL(7,2),
  `wr_net_loss` DECIMAL(7,2)
);
