CREATE TABLE tpcds.promotion (
  p_promo_sk         integer NOT NULL,
  p_promo_id         char(16) NOT NULL,
  p_start_date_sk    integer,
  p_end_date_sk      integer,
  p_item_sk          integer,
  p_cost             numeric(15,2),
  p_response_target  integer,
  p_promo_name       char(50),
  p_channel_dmail    char(1),
  p_channel_email    char(1),
  p_channel_catalog  char(1),
  p_channel_tv       char(1),
  p_channel_radio    char(1),
  p_channel_press    char(1),
  p_channel_event    char(1),
  p_channel_demo     char(1),
  p_channel_details  varchar(100),
  p_purpose          char(15),
  p_discount_active  char(1),
  PRIMARY KEY (p_promo_sk)
)
DISTSTYLE ALL;
