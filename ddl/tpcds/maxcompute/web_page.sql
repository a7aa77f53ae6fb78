-- tpcds_target.web_page, made of tpcds.web_page (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: wp_web_page_id, wp_autogen_flag, wp_type
-- RS0105 note: trailing blanks begin to count in wp_url
-- RS0203 note: PRIMARY KEY (wp_web_page_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`web_page` (
  `wp_web_page_sk` INT NOT NULL,
  `wp_web_page_id` VARCHAR(16) NOT NULL,
  `wp_rec_start_date` DATE,
  `wp_rec_end_date` DATE,
  `wp_creation_date_sk` INT,
  `wp_access_date_sk` INT,
  `wp_autogen_flag` VARCHAR(1),
  `wp_customer_sk` INT,
  `wp_url` VARCHAR(100),
  `wp_type` VARCHAR(50),
  `wp_char_count` INT,
  `wp_link_count` INT,
  `wp_image_count` INT,
  `wp_max_ad_count` INT
);
