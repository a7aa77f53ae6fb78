-- tpcds_target.customer, made of tpcds.customer (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: c_customer_id, c_salutation, c_first_name, c_last_name, c_preferred_cust_flag, c_login, c_email_address
-- RS0105 note: trailing blanks begin to count in c_birth_country
-- RS0203 note: PRIMARY KEY (c_customer_sk) is not carried
-- RS0204 note: DISTKEY(c_customer_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`customer` (
  `c_customer_sk` INT NOT NULL,
  `c_customer_id` VARCHAR(16) NOT NULL,
  `c_current_cdemo_sk` INT,
  `c_current_hdemo_sk` INT,
  `c_current_addr_sk` INT,
  `c_first_shipto_date_sk` INT,
  `c_first_sales_date_sk` INT,
  `c_salutation` VARCHAR(10),
  `c_first_name` VARCHAR(20),
  `c_last_name` VARCHAR(30),
  `c_preferred_cust_flag` VARCHAR(1),
  `c_birth_day` INT,
  `c_birth_month` INT,
  `c_birth_year` INT,
  `c_birth_country` VARCHAR(20),
  `c_login` VARCHAR(13),
  `c_email_address` VARCHAR(50),
  `c_last_review_date_sk` INT
);
