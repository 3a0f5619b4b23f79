"""Calls of the shops' APIs: bounded, patient, discreet, and not led astray by an answer."""

from tests.breaks.table import PACKAGE, Break

HTTP = f"{PACKAGE}/shop_apis/http.py"
SHOPIFY = f"{PACKAGE}/shop_apis/shopify.py"
GRAPHQL = f"{PACKAGE}/shop_apis/shopify_graphql.py"
WOOCOMMERCE = f"{PACKAGE}/shop_apis/woocommerce.py"
WOOCOMMERCE_CALLS = f"{PACKAGE}/shop_apis/woocommerce_calls.py"
WOOCOMMERCE_ORDERS = f"{PACKAGE}/shop_apis/woocommerce_orders.py"

FOLDER = "tests/integration/shop_apis"
OF_HTTP = f"{FOLDER}/test_http.py"
OF_FORMS = f"{FOLDER}/test_odd_answers.py"
OF_SHOPIFY = f"{FOLDER}/test_shopify.py"
OF_SHOPIFY_ORDERS = f"{FOLDER}/test_shopify_orders.py"
OF_WOOCOMMERCE = f"{FOLDER}/test_woocommerce.py"
OF_WOOCOMMERCE_ORDERS = f"{FOLDER}/test_woocommerce_orders.py"

BREAKS = (
    Break(
        name="reads a shop's answer however long it is",
        file=HTTP,
        old="            if len(body) > self._bounds.size:\n",
        new="            if False:\n",
        tests=(OF_HTTP,),
    ),
    Break(
        name="unpacks a shop's answer before it looks how long it is",
        file=HTTP,
        old="response.iter_content(_CHUNK_BYTES)",
        new="[response.content]",
        tests=(OF_HTTP,),
    ),
    Break(
        name="shows where a shop's redirect leads with all that it repeats of the request",
        file=HTTP,
        old='return told(urlunsplit((parts.scheme, host, "", "", "")))',
        new="return told(url)",
        tests=(OF_HTTP,),
    ),
    Break(
        name="shows a user and password of a shop's redirect",
        file=HTTP,
        old='parts.netloc.rpartition("@")[2]',
        new="parts.netloc",
        tests=(OF_HTTP,),
    ),
    Break(
        name="shows the URL of a call to a shop that failed, with its key and signature",
        file=HTTP,
        old='raise ShopUnreachable(f"{self.base_url} {told_of}") from None',
        new='raise ShopUnreachable(f"{self.base_url} {told_of}") from error',
        tests=(OF_HTTP,),
    ),
    Break(
        name="logs the URL of each call to a shop",
        file=HTTP,
        old='logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)',
        new='logging.getLogger("urllib3.connectionpool").setLevel(logging.DEBUG)',
        tests=(OF_HTTP,),
    ),
    Break(
        name="sends a person to a slow shop's address",
        file=HTTP,
        old='        return "answers too slowly: try again later"\n',
        new='        return "can\'t be reached (ReadTimeout): check the address"\n',
        tests=(OF_HTTP,),
    ),
    Break(
        name="sends a person to the address of a shop that answers slowly after it began",
        file=HTTP,
        old=" or isinstance(cause, ReadTimeoutError)",
        new="",
        tests=(OF_HTTP,),
    ),
    Break(
        name="sends a person to the address of a shop that breaks off its answer",
        file=HTTP,
        old="    if isinstance(error, broken) or isinstance(cause, ProtocolError):\n",
        new="    if False:\n",
        tests=(OF_HTTP,),
    ),
    Break(
        name="waits for a throttled shop that it will not ask again",
        file=HTTP,
        old='            raise Throttled(f"{self.base_url} throttles: try again later")\n',
        new='            self.wait(2.0)\n            raise Throttled("try again later")\n',
        tests=(OF_HTTP,),
    ),
    Break(
        name="asks a shop again at once whose Retry-After is nonsense",
        file=HTTP,
        old="        return wait.total_seconds() if wait else _USUAL_WAIT\n",
        new="        return wait.total_seconds() if wait else 0.0\n",
        tests=(OF_HTTP,),
    ),
    Break(
        name="does not read Shopify's Retry-After, which has decimals",
        file=HTTP,
        old='re.sub(r"\\.\\d+$", "", headers.get("retry-after", ""))',
        new='headers.get("retry-after", "")',
        tests=(OF_SHOPIFY,),
    ),
    Break(
        name="sleeps as long as a shop says, hours too",
        file=HTTP,
        old="        if seconds > LONGEST_WAIT:\n",
        new="        if False:\n",
        tests=(OF_HTTP,),
    ),
    Break(
        name="repeats an e-mail address that a shop tells in an error",
        file=HTTP,
        old=" or holds_email(words)",
        new="",
        tests=(OF_HTTP,),
    ),
    Break(
        name="repeats a shop's error at whatever length",
        file=HTTP,
        old="    return line[:MOST_TOLD] or UNTOLD\n",
        new="    return line or UNTOLD\n",
        tests=(OF_HTTP,),
    ),
    Break(
        name="lets a shop's error write lines and colours of its own into a log",
        file=HTTP,
        old="sign if sign.isprintable() else",
        new="sign if True else",
        tests=(OF_HTTP,),
    ),
    Break(
        name="repeats the query of a URL that a shop tells in an error",
        file=HTTP,
        old='_QUERY.sub("?", printable)',
        new="printable",
        tests=(OF_HTTP,),
    ),
    Break(
        name="tells WooCommerce's own words as they are",
        file=WOOCOMMERCE_CALLS,
        old='why = told(answer.get("message") if isinstance(answer, dict) else None)',
        new='why = str(answer.get("message") if isinstance(answer, dict) else None)',
        tests=(OF_FORMS,),
    ),
    Break(
        name="tells Shopify's own words as they are",
        file=GRAPHQL,
        old='why = told("; ".join(e["message"] for e in errors)',
        new='why = str("; ".join(e["message"] for e in errors)',
        tests=(OF_FORMS,),
    ),
    Break(
        name="quotes what it can't read of a shop's answer",
        file=HTTP,
        old="        ) from None  # its text may quote the answer\n",
        new="        ) from error\n",
        tests=(OF_FORMS,),
    ),
    Break(
        name="fails as never foreseen at an answer of another form",
        file=HTTP,
        old="    except _ODDITIES as error:\n",
        new="    except ZeroDivisionError as error:\n",
        tests=(OF_FORMS,),
    ),
    Break(
        name="takes an answer that is no list for one without webhooks or orders",
        file=HTTP,
        old="    if not isinstance(value, kind):\n",
        new="    if False:\n",
        tests=(OF_FORMS,),
    ),
    Break(
        name="takes an odd order of Shopify for a deleted one",
        file=SHOPIFY,
        old='[] if data["order"] is None else',
        new='[] if not data["order"] else',
        tests=(OF_FORMS,),
    ),
    Break(
        name="reads the same page of Shopify again and again",
        file=GRAPHQL,
        old=" or following == cursor",
        new="",
        tests=(
            f"{OF_SHOPIFY_ORDERS}::test_pages_of_orders_that_lead_nowhere_end_with_what_is_wrong",
        ),
    ),
    Break(
        name="takes a page of Shopify for the last that does not say where the next begins",
        file=GRAPHQL,
        old="not isinstance(following, str) or ",
        new="",
        tests=(OF_SHOPIFY_ORDERS,),
    ),
    Break(
        name="reads the same page of WooCommerce's webhooks again and again",
        file=WOOCOMMERCE,
        old="            if is_full and new.keys() <= rows.keys():\n",
        new="            if number > 99:\n                break\n            if False:\n",
        tests=(OF_WOOCOMMERCE,),
    ),
    Break(
        name="fails to remove a webhook of Shopify that is gone",
        file=SHOPIFY,
        old=" if webhooks.GONE not in words]",
        new="]",
        tests=(OF_SHOPIFY,),
    ),
    Break(
        name="takes each refusal of Shopify to remove a webhook for a webhook that is gone",
        file=SHOPIFY,
        old=" if webhooks.GONE not in words]",
        new=" if not words]",
        tests=(OF_SHOPIFY,),
    ),
    Break(
        name="stops for ever at a page that a weak WooCommerce shop can't show at once",
        file=WOOCOMMERCE,
        old="        except TOO_MUCH:\n            page =",
        new="        except ZeroDivisionError:\n            page =",
        tests=(OF_WOOCOMMERCE_ORDERS,),
    ),
    Break(
        name="stops for ever at an order of which a WooCommerce shop dies",
        file=WOOCOMMERCE,
        old="            except TOO_MUCH:\n",
        new="            except ZeroDivisionError:\n",
        tests=(OF_WOOCOMMERCE_ORDERS,),
    ),
    Break(
        name="takes a WooCommerce shop that is down for one whose orders are bad",
        file=WOOCOMMERCE,
        old="                self.count(span)  # raises if it is not this order, but the shop\n",
        new="",
        tests=(OF_WOOCOMMERCE_ORDERS,),
    ),
    Break(
        name="skips what a smaller page of WooCommerce's orders leaves out",
        file=WOOCOMMERCE_ORDERS,
        old="        return replace(self, size=self.size // 10)\n",
        new="        return replace(self, size=self.size // 10, unread=self.unread - 90)\n",
        tests=(OF_WOOCOMMERCE_ORDERS,),
    ),
)
