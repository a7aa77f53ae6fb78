-- tpcds_target.web_site, made of tpcds.web_site (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: web_site_id, web_company_name, web_street_number, web_street_type, web_suite_number, web_state, web_zip
-- RS0105 note: trailing blanks begin to count in web_name, web_class, web_manager, web_mkt_class, web_mkt_desc, web_market_manager, web_street_name, web_city, web_county, web_country
-- RS0203 note: PRIMARY KEY (web_site_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`web_site` (
  `web_site_sk` INT NOT NULL,
  `web_site_id` VARCHAR(16) NOT NULL,
  `web_rec_start_date` DATE,
  `web_rec_end_date` DATE,
  `web_name` VARCHAR(50),
  `web_open_date_sk` INT,
  `web_close_date_sk` INT,
  `web_class` VARCHAR(50),
  `web_manager` VARCHAR(40),
  `web_mkt_id` INT,
  `web_mkt_class` VARCHAR(50),
  `web_mkt_desc` VARCHAR(100),
  `web_market_manager` VARCHAR(40),
  `web_company_id` INT,
  `web_company_name` VARCHAR(50),
  `web_street_number` VARCHAR(10),
  `web_street_name` VARCHAR(60),
  `web_street_type` VARCHAR(15),
  `web_suite_number` VARCHAR(10),
  `web_city` VARCHAR(60),
  `web_county` VARCHAR(30),
  `web_state` VARCHAR(2),
  `web_zip` VARCHAR(10),
  `web_country` VARCHAR(20),
  `web_gmt_offset` DECIMAL(5,2),
  `web_tax_percentage` DECIMAL(5,2)
);
